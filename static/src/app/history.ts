// Back, forward and links to another state: what of the page is another is started again in place.

import { changedSections, readState } from "../core/link/url-state";
import { required } from "../figures/figure";
import type { PageContext } from "./context";
import { noteLeftOut } from "./notice";
import { goToHead, goToPlace } from "./place";

/** What holds something of the reader's that is in no link: it outlives its section. */
const KEPT = "face-photo";

/** Sections that have begun: what their templates gave them, and what ends them. */
const begun = new Map<string, { markup: string; end: AbortController }>();

/** Returns the context for a section that begins, and that is as its template has it. */
export function contextFor(context: PageContext, section: HTMLElement): PageContext {
  const end = new AbortController();
  begun.set(section.id, { markup: section.innerHTML, end });
  return context.until(end.signal);
}

/** Calls `moved` after every move to another state, with the sections that are to begin once more. */
export function followHistory(
  context: PageContext,
  moved: (sections: readonly HTMLElement[]) => void,
): void {
  // Two entries of the history may have the same link, and differ in where they were left.
  addEventListener("popstate", ({ state }) => state !== null && move());
  addEventListener("hashchange", move);
  function move(): void {
    const { hash } = location;
    // A section's anchor ("#draw") is no state; the bare page is one.
    if (hash !== "" && !hash.includes("=")) {
      goToHead(hash.slice(1));
      return;
    }
    const { state, ignored } = readState(hash);
    const isElsewhere =
      history.state !== null ||
      state.section !== context.state.section ||
      state.figure !== context.state.figure;
    // Those that have not begun will begin with the new state.
    const changed = changedSections(context.state, state).filter((id) => begun.has(id));
    const sections = changed.map(restore);
    context.moveTo(state);
    noteLeftOut(ignored);
    moved(sections);
    if (isElsewhere) goToPlace(state);
  }
}

/** Ends a section that has begun, and puts another in its place as the template has it. */
function restore(id: string): HTMLElement {
  const section = required<HTMLElement>(document, `#${id}`);
  const { markup = "", end } = begun.get(id) ?? {};
  end?.abort();
  begun.delete(id);
  const fresh = section.cloneNode(false) as HTMLElement;
  fresh.innerHTML = markup;
  for (const kept of section.querySelectorAll(KEPT)) fresh.querySelector(KEPT)?.replaceWith(kept);
  section.replaceWith(fresh);
  return fresh;
}
