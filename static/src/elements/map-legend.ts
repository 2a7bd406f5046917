// The legend of a map: a button for each class, which isolates it, and one that shows all again.
import { html, type TemplateResult } from "lit";

export interface LegendData {
  readonly classNames: readonly string[];
  /** Classes shown; empty: all. */
  readonly isolated: readonly number[];
  choose(isolated: number[]): void;
}

export function legend({ classNames, isolated, choose }: LegendData): TemplateResult {
  return html`<div class="legend" part="legend" role="group" aria-label="Classes to show">
    ${classNames.map(
      (name, label) => html`<button
        type="button"
        class=${isolated.length === 0 || isolated.includes(label) ? "class" : "class dimmed"}
        aria-pressed=${isolated.includes(label)}
        aria-label=${`Class ${name}`}
        title=${`Show only ${name}; click others to add them`}
        @click=${() => choose(toggle(isolated, label, classNames.length))}
      >
        ${name}<span class="swatch" data-label=${label}></span>
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

/** Adds or removes a class; all of them together are written as none singled out. */
export function toggle(isolated: readonly number[], label: number, classes: number): number[] {
  const next = isolated.includes(label)
    ? isolated.filter((other) => other !== label)
    : [...isolated, label].sort((a, b) => a - b);
  return next.length === classes ? [] : next;
}
