// A picture that lies at its place on a map, in units of the view: class regions, decoded digits.
import { type Bounds, toPixel } from "../../core/geometry/viewport";
import type { LatentMap } from "./latent-map";

export class MapBitmap {
  readonly canvas = document.createElement("canvas");
  #bounds: Bounds | null = null;

  constructor(className: string) {
    this.canvas.className = `bitmap ${className}`;
    this.canvas.hidden = true;
    this.canvas.setAttribute("aria-hidden", "true");
  }

  /** Shows the picture over `bounds`, its top row at the highest y; null hides it. */
  show(bounds: Bounds | null): void {
    this.#bounds = bounds;
    this.canvas.hidden = bounds === null;
  }

  /** Keeps the picture in register with what the map shows. */
  place({ view, size }: LatentMap): void {
    if (this.#bounds === null) return;
    const { min, max } = this.#bounds;
    const [left, top] = toPixel(view, size, [min[0], max[1]]);
    const [right, bottom] = toPixel(view, size, [max[0], min[1]]);
    const [across, down] = [right - left, bottom - top];
    this.canvas.style.transform = `translate(${left}px, ${top}px) scale(${across / this.canvas.width}, ${down / this.canvas.height})`;
  }
}
