// The mark at z: a ring, its coordinates, and the crossed lines that hold a pinned one.
//
// It is moved by hand, outside the element's rendering: this runs on every pointer event.
import {
  coordinateDecimals,
  formatPoint,
  type Point,
  type Size,
  toPixel,
  type View,
} from "../core/viewport";

const SVG = "http://www.w3.org/2000/svg";
/** The label's distance from the ring, and the width of its characters: tabular figures at 12 px. */
const OFFSET = 13;
const ABOVE = 10;
const LIFTED = 40;
const BELOW = 20;
const CHARACTER = 6.9;

export class MapCursor {
  readonly #group: SVGGElement;
  readonly #label: SVGTextElement;
  #lifted = false;
  #flips = "";

  /** Builds its marks inside `group`, which must be empty. */
  constructor(group: SVGGElement) {
    this.#group = group;
    const far = 1e4; // beyond any map; the overlay clips
    const add = (name: string, attributes: Record<string, string | number>) => {
      const node = document.createElementNS(SVG, name);
      for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, `${value}`);
      return group.appendChild(node);
    };
    add("path", { class: "hold", d: `M${-far} 0H-9M9 0H${far}M0 ${-far}V-9M0 9V${far}` });
    add("circle", { class: "ring halo", r: 7 });
    add("circle", { class: "ring", r: 7 });
    add("path", { class: "cross", d: "M-3 0H3M0 -3V3" });
    this.#label = add("text", { class: "coordinates" }) as SVGTextElement;
  }

  /** Lifts the coordinates above a finger, which would hide them. */
  liftLabel(lifted: boolean): void {
    this.#lifted = lifted;
  }

  /** Shows the mark at `z`, or hides it where z is null. */
  place(z: Point | null, view: View, size: Size, pinned: boolean): void {
    this.#group.toggleAttribute("hidden", z === null);
    if (z === null) return;
    const [x, y] = toPixel(view, size, z);
    this.#group.setAttribute("transform", `translate(${x} ${y})`);
    this.#group.classList.toggle("pinned", pinned);
    const text = `z = ${formatPoint(z, coordinateDecimals(view, size))}${pinned ? " pinned" : ""}`;
    this.#label.textContent = text;
    const left = x + OFFSET + text.length * CHARACTER > size.width;
    const above = this.#lifted ? LIFTED : ABOVE;
    this.#flip(left, y < above + 16 ? BELOW : -above);
  }

  /** The label stands where it is inside the map: right of and above the ring, where it can. */
  #flip(left: boolean, dy: number): void {
    const flips = `${left} ${dy}`;
    if (flips === this.#flips) return;
    this.#flips = flips;
    this.#label.setAttribute("text-anchor", left ? "end" : "start");
    this.#label.setAttribute("x", `${left ? -OFFSET : OFFSET}`);
    this.#label.setAttribute("y", `${dy}`);
  }
}
