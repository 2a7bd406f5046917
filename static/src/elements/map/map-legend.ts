// The legend of a map: a button for each class, which isolates it, and one that shows all again; of
// many classes a field that finds them. The buttons are one tab stop.
import { html, type TemplateResult } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { rove, stay } from "../keys";
import { classColour } from "../shared-styles";
import "./class-search";
import type { LatentMap } from "./latent-map";
import { isDimmed } from "./map-names";

/** More classes than this are searched. */
const MOST_BUTTONS = 16;

/** @param choose is called with the classes to show; none: all. */
export function legend(map: LatentMap, choose: (isolated: number[]) => void): TemplateResult {
  const { classNames, isolated } = map;
  if (classNames.length > MOST_BUTTONS) {
    return html`<class-search
      .names=${classNames}
      .isolated=${isolated}
      @class-toggle=${({ detail }: CustomEvent<{ label: number | null }>) =>
        choose(detail.label === null ? [] : toggle(isolated, detail.label, classNames.length))}
    ></class-search>`;
  }
  // The page keeps its place.
  if (classNames.length < 2) return html`<div class="legend alone"></div>`;
  // Other classes begin with a tab stop of their own.
  return html`${keyed(classNames, buttons(map, choose))}`;
}

function buttons(map: LatentMap, choose: (isolated: number[]) => void): TemplateResult {
  const { classNames, isolated } = map;
  return html`<div
    class="legend"
    role="group"
    aria-label="Classes to show"
    @keydown=${rove}
    @focusin=${stay}
  >
    ${classNames.map(
      (name, label) => html`<button
        type="button"
        tabindex=${label === 0 ? 0 : -1}
        class=${isDimmed(map, label) ? "dimmed" : ""}
        aria-pressed=${isolated.includes(label)}
        aria-label=${`Class ${name}`}
        title=${`Show only ${name}; click others to add them`}
        @click=${() => choose(toggle(isolated, label, classNames.length))}
      >
        <span class="text">${name}</span>
        <span class="swatch" data-label=${label} .style=${`background: ${classColour(label)}`}></span>
      </button>`,
    )}
    <button
      type="button"
      tabindex="-1"
      aria-pressed=${isolated.length === 0}
      aria-label="All classes"
      @click=${() => choose([])}
    >
      all<span class="swatch"></span>
    </button>
  </div>`;
}

/** Adds or removes a class; selecting every class is the same as selecting none. */
function toggle(isolated: readonly number[], label: number, classes: number): number[] {
  const next = isolated.includes(label)
    ? isolated.filter((other) => other !== label)
    : [...isolated, label].sort((a, b) => a - b);
  return next.length === classes ? [] : next;
}
