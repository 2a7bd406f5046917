// The legend of a map: a button for each class, which isolates it, and one that shows all again.
import { html, type TemplateResult } from "lit";
import { classColour } from "../shared-styles";
import { MAX_CLASSES } from "./points-renderer";

export interface LegendData {
  readonly classNames: readonly string[];
  /** Classes shown; empty: all. */
  readonly isolated: readonly number[];
  choose(isolated: number[]): void;
}

/** Names longer than this are words, and as wide as they need to be. */
const DIGITS = 2;

export function legend({ classNames, isolated, choose }: LegendData): TemplateResult {
  const words = classNames.some((name) => name.length > DIGITS);
  return html`<div class=${words ? "legend words" : "legend"} part="legend" role="group" aria-label="Classes to show">
    ${classNames.map(
      (name, label) => html`<button
        type="button"
        class=${isolated.length === 0 || isolated.includes(label) ? "class" : "class dimmed"}
        aria-pressed=${isolated.includes(label)}
        aria-label=${`Class ${name}`}
        title=${`Show only ${name}; click others to add them`}
        @click=${() => choose(toggle(isolated, label, classNames.length))}
      >
        <span class="text">${name}</span>${swatch(Math.min(label, MAX_CLASSES - 1))}
      </button>`,
    )}
    <button
      type="button"
      aria-pressed=${isolated.length === 0}
      aria-label="All classes"
      @click=${() => choose([])}
    >
      all<span class="swatch"></span>
    </button>
  </div>`;
}

const swatch = (label: number): TemplateResult =>
  html`<span class="swatch" data-label=${label} .style=${`background: ${classColour(label)}`}></span>`;

/** Adds or removes a class; selecting every class is the same as selecting none. */
function toggle(isolated: readonly number[], label: number, classes: number): number[] {
  const next = isolated.includes(label)
    ? isolated.filter((other) => other !== label)
    : [...isolated, label].sort((a, b) => a - b);
  return next.length === classes ? [] : next;
}
