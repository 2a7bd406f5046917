// The mark at z: a ring and its coordinates; and what a screen reader hears of it.
//
// It is moved by hand, outside the element's rendering: this runs on every pointer event, and what
// the browser then has to lay out and paint anew delays the digit, which comes right after.
import { html } from "lit";
import { coordinateDecimals, formatPoint } from "../../core/geometry/viewport";
import { classAround } from "../../core/points/nearest";
import type { LatentMap } from "./latent-map";

/** The label's distance from the ring, and the width of its characters: tabular figures at 12 px. */
const OFFSET = 13;
const ABOVE = 26;
const LIFTED = 56;
const BELOW = 8;
const CHARACTER = 6.9;
const PADDING = 12;

/** What a map's template holds for the cursor. Only transforms and one text change as it moves. */
export const cursorTemplate = (on: boolean) => html`
  <div class=${on ? "marks" : "marks off"} aria-hidden="true">
    <div class="cursor" hidden>
      <svg viewBox="-12 -12 24 24" width="24" height="24">
        <circle class="ring halo" r="7"></circle>
        <circle class="ring" r="7"></circle>
        <path class="cross" d="M-3 0H3M0 -3V3"></path>
      </svg>
      <div class="label"><span class="coordinates"></span></div>
    </div>
  </div>
`;

export class MapCursor {
  readonly #mark: HTMLElement;
  readonly #label: HTMLElement;
  readonly #text = new Text();

  /** Moves what `cursorTemplate` rendered into `root`. */
  constructor(root: ParentNode) {
    const find = (selector: string) => root.querySelector(selector) as HTMLElement;
    this.#mark = find(".cursor");
    this.#label = find(".label");
    find(".coordinates").append(this.#text);
  }

  /** Shows the mark at the map's z, or hides it; `lifted`: with its coordinates above a finger. */
  place(map: LatentMap, lifted: boolean): void {
    const { z, view, size, pinned, symbol } = map;
    this.#mark.hidden = z === null;
    this.#mark.toggleAttribute("data-pinned", pinned);
    if (z === null) return;
    const [x, y] = map.pixelOf(z);
    this.#mark.style.transform = `translate(${x}px, ${y}px)`;
    const text = `${symbol} = ${formatPoint(z, coordinateDecimals(view, size))}${pinned ? " pinned" : ""}`;
    if (text !== this.#text.data) this.#text.data = text;
    const width = text.length * CHARACTER + PADDING;
    // The label stands where it is inside the map: right of and above the ring, where it can.
    const left = x + OFFSET + width > size.width;
    // Where neither side has room for it, it begins at the map's edge, over the ring or under it.
    const dx = left ? Math.max(0, OFFSET + width - x) : 0;
    const above = lifted ? LIFTED : ABOVE;
    this.#label.toggleAttribute("data-left", left);
    this.#label.style.width = `${width}px`;
    this.#label.style.transform = `translate(${dx}px, ${y < above ? BELOW : -above}px)`;
  }
}

/** "z = (0.42, −1.37), nearest class 7, pinned" */
export function describePlace(map: LatentMap): string {
  const { z, symbol, pinned, view, size, points, classNames } = map;
  if (z === null) return "";
  const parts = [`${symbol} = ${formatPoint(z, coordinateDecimals(view, size))}`];
  if (points !== null) {
    const nearest = classAround(points, z);
    parts.push(
      nearest === null ? "outside the data" : `nearest class ${classNames[nearest] ?? nearest}`,
    );
  }
  if (pinned) parts.push("pinned");
  return parts.join(", ");
}
