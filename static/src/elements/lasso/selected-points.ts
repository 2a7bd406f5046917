// The selected points of a map, marked one by one on a canvas over the others.
import { unitsPerPixel } from "../../core/geometry/viewport";
import type { LatentMap } from "../map/latent-map";

/** The side of a mark, CSS pixels. */
const SIDE = 2.5;

export class SelectedPoints {
  readonly canvas = document.createElement("canvas");

  constructor() {
    this.canvas.className = "selected";
    this.canvas.setAttribute("aria-hidden", "true");
  }

  paint({ points, selection, view, size }: LatentMap): void {
    this.canvas.hidden = points === null || selection.length === 0;
    const pen = this.canvas.getContext("2d");
    if (this.canvas.hidden || points === null || pen === null) return;
    this.canvas.width = size.width * devicePixelRatio;
    this.canvas.height = size.height * devicePixelRatio;
    pen.scale(devicePixelRatio, devicePixelRatio);
    pen.fillStyle = getComputedStyle(this.canvas).color;
    const units = unitsPerPixel(view, size);
    const [left, top] = [size.width / 2 - SIDE / 2, size.height / 2 - SIDE / 2];
    for (const row of selection) {
      const x = left + ((points.xy[2 * row] as number) - view.centre[0]) / units;
      const y = top - ((points.xy[2 * row + 1] as number) - view.centre[1]) / units;
      pen.fillRect(x, y, SIDE, SIDE);
    }
  }
}
