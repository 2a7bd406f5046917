// The mark at z: a ring, its coordinates, and the crossed lines that hold a pinned one.
//
// It is moved by hand, outside the element's rendering: this runs on every pointer event, and what
// the browser then has to lay out and paint anew delays the digit, which comes right after.
import { html } from "lit";
import {
  coordinateDecimals,
  formatPoint,
  type Point,
  type Size,
  toPixel,
  type View,
} from "../../core/geometry/viewport";

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
    <div class="hold across" hidden></div>
    <div class="hold down" hidden></div>
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
  readonly #across: HTMLElement;
  readonly #down: HTMLElement;
  readonly #text = new Text();
  #lifted = false;

  /** Moves what `cursorTemplate` rendered into `root`. */
  constructor(root: ParentNode) {
    const find = (selector: string) => root.querySelector(selector) as HTMLElement;
    this.#mark = find(".cursor");
    this.#label = find(".label");
    this.#across = find(".hold.across");
    this.#down = find(".hold.down");
    find(".coordinates").append(this.#text);
  }

  /** Lifts the coordinates above a finger, which would hide them. */
  liftLabel(lifted: boolean): void {
    this.#lifted = lifted;
  }

  /** Shows the mark at `z`, which it calls `symbol`, or hides it where z is null. */
  place(z: Point | null, view: View, size: Size, pinned: boolean, symbol: string): void {
    const holds = z !== null && pinned;
    this.#mark.hidden = z === null;
    this.#mark.toggleAttribute("data-pinned", holds);
    this.#across.hidden = !holds;
    this.#down.hidden = !holds;
    if (z === null) return;
    const [x, y] = toPixel(view, size, z);
    this.#mark.style.transform = `translate(${x}px, ${y}px)`;
    this.#across.style.transform = `translateY(${y}px)`;
    this.#down.style.transform = `translateX(${x}px)`;
    const text = `${symbol} = ${formatPoint(z, coordinateDecimals(view, size))}${pinned ? " pinned" : ""}`;
    if (text !== this.#text.data) this.#text.data = text;
    const width = text.length * CHARACTER + PADDING;
    // The label stands where it is inside the map: right of and above the ring, where it can.
    const left = x + OFFSET + width > size.width;
    // Where neither side has room for it, it begins at the map's edge, over the ring or under it.
    const dx = left ? Math.max(0, OFFSET + width - x) : 0;
    const above = this.#lifted ? LIFTED : ABOVE;
    this.#label.toggleAttribute("data-left", left);
    this.#label.style.width = `${width}px`;
    this.#label.style.transform = `translate(${dx}px, ${y < above ? BELOW : -above}px)`;
  }
}
