// The classroom panel: tasks that check themselves, presentation, reset, and the page's symbols.

import { html, nothing, render } from "lit";
import { DEFAULT_STATE, type PageState, sectionsOf, writeState } from "../../core/link/url-state";
import { required } from "../../figures/figure";
import { SECTIONS } from "../../sections";
import type { PageContext } from "../context";
import { present } from "./presentation";
import { explainSymbols, SYMBOLS } from "./symbols";
import { watchTasks } from "./tasks";

let started = false;

/** Fills the panel, once, with a button that calls `close`; from then on it watches the tasks, also while it is closed. */
export function startClassroom(context: PageContext, close: () => void): void {
  if (started) return;
  started = true;
  const panel = required<HTMLElement>(document, "#classroom");
  const done = new Set<string>();
  const tasks = watchTasks(
    context,
    (id) => {
      if (done.has(id)) return;
      done.add(id);
      draw();
    },
    context.end,
  );
  const current = (): string => context.state.section ?? SECTIONS[0].id;
  const reset = (): void => {
    const fresh: PageState = { ...context.state };
    for (const key of Object.keys(DEFAULT_STATE) as (keyof PageState)[]) {
      if (sectionsOf(key).includes(current())) Object.assign(fresh, { [key]: DEFAULT_STATE[key] });
    }
    location.hash = writeState({ ...fresh, section: current() });
  };
  const draw = (): void => {
    render(
      html`
        <div class="row">
          <button type="button" @click=${() => present(current())}>Present this section</button>
          <button type="button" @click=${reset}>Reset this section</button>
          <button type="button" @click=${close}>Close</button>
        </div>
        <p class="caption">Presented: <kbd>←</kbd> <kbd>→</kbd> turn to the next section, <kbd>Esc</kbd> ends.</p>
        ${
          tasks.length === 0
            ? nothing
            : html`<h3>Six tasks <span role="status">${done.size} of ${tasks.length} done</span></h3>
              <ol>
                ${tasks.map(
                  ({ id, section, text }) => html`<li data-task=${id} ?data-done=${done.has(id)}>
                    ${text} <a href="#${section}">${done.has(id) ? "Done" : "Go there"}</a>
                  </li>`,
                )}
              </ol>`
        }
        <h3>Symbols</h3>
        <dl>
          ${SYMBOLS.map(([symbol, meaning]) => html`<dt>${symbol}</dt><dd>${meaning}</dd>`)}
        </dl>
      `,
      panel,
    );
  };
  draw();
  explainSymbols(required(document, "#symbol"));
}
