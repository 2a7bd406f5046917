// The mark at z: a ring and its coordinates; and what a screen reader hears of it.
//
// It is moved by hand, outside the element's rendering: this runs on every pointer event, and what
// the browser then has to do delays the next digit. Ring and label have no transform, no clip and
// no layer of their own: where one of these moves, Chromium orders all layers of the page anew,
// which takes longer than to paint the mark.
import { html } from "lit";
import { edgeArrow } from "../../core/geometry/edge-arrow";
import { placeLabel } from "../../core/geometry/label-place";
import { coordinateDecimals, formatPoint } from "../../core/geometry/viewport";
import { classAround } from "../../core/points/nearest";
import type { LatentMap } from "./latent-map";
import { namesOn } from "./map-names";
import { EDGE_ARROW } from "./map-shapes";

/** How far above the ring the label begins, and its size: tabular figures at 12 px. */
const ABOVE = 26;
const LIFTED = 56;
const CHARACTER = 6.9;
const PADDING = 12;
const HEIGHT = 18;

/** What a map's template holds for the cursor. */
export const cursorTemplate = (on: boolean) => html`
  <div class=${on ? "marks" : "marks off"} aria-hidden="true">
    <div class="cursor" hidden>
      <div class="ring"></div>
      <svg viewBox="-12 -12 24 24"><path class="edge" d=${EDGE_ARROW}></path></svg>
      <div class="label"><span class="coordinates"></span></div>
    </div>
  </div>
`;

export class MapCursor {
  readonly #mark: HTMLElement;
  readonly #label: HTMLElement;
  readonly #edge: SVGElement;
  readonly #text = new Text();

  /** Moves what `cursorTemplate` rendered into `root`. */
  constructor(root: ParentNode) {
    const find = (selector: string) => root.querySelector(selector) as HTMLElement;
    this.#mark = find(".cursor");
    this.#label = find(".label");
    this.#edge = root.querySelector(".cursor .edge") as SVGElement;
    find(".coordinates").append(this.#text);
  }

  /** Shows the mark at the map's z, or hides it; `lifted`: with its coordinates above a finger. */
  place(map: LatentMap, lifted: boolean): void {
    const { z, view, size, pinned, symbol } = map;
    this.#mark.hidden = z === null;
    this.#mark.toggleAttribute("data-pinned", pinned);
    if (z === null) return;
    const place = map.pixelOf(z);
    const arrow = edgeArrow(place, size);
    const [x, y] = arrow?.at ?? place;
    this.#mark.toggleAttribute("data-away", arrow !== null);
    if (arrow !== null) this.#edge.style.transform = `rotate(${arrow.angle}deg)`;
    this.#mark.style.left = `${x}px`;
    this.#mark.style.top = `${y}px`;
    const text = `${symbol} = ${formatPoint(z, coordinateDecimals(view, size))}${pinned ? " pinned" : ""}`;
    if (text !== this.#text.data) this.#text.data = text;
    const width = text.length * CHARACTER + PADDING;
    const label = { width, height: HEIGHT };
    const above = lifted ? LIFTED : ABOVE;
    const [left, top] = placeLabel([x, y], label, size, namesOn(map), above, lifted);
    this.#label.toggleAttribute("data-left", left < x);
    this.#label.style.width = `${width}px`;
    this.#label.style.left = `${left - x}px`;
    this.#label.style.top = `${top - y}px`;
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
