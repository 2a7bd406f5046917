// A posterior on a map: its mass, a pixel a pixel, in the accent colour.
import { heatPicture } from "../../core/inference/heat";
import type { LatentMap } from "./latent-map";

export class MapHeat {
  readonly canvas = document.createElement("canvas");

  constructor() {
    this.canvas.className = "bitmap heat";
    this.canvas.hidden = true;
    this.canvas.setAttribute("aria-hidden", "true");
  }

  /** Paints what the map shows of its posterior. */
  paint(map: LatentMap): void {
    const { posterior, size } = map;
    const isSeen = posterior !== null && size.width > 0;
    const picture = isSeen ? heatPicture(posterior.heat, (z) => map.pixelOf(z), size) : null;
    this.canvas.hidden = picture === null;
    const pen = this.canvas.getContext("2d");
    if (picture === null || pen === null) return;
    const { left, top, width, height, opacity } = picture;
    this.canvas.width = width;
    this.canvas.height = height;
    this.canvas.style.transform = `translate(${left}px, ${top}px)`;
    const pixels = new ImageData(width, height);
    for (const [i, value] of opacity.entries()) pixels.data[4 * i + 3] = value;
    pen.putImageData(pixels, 0, 0);
    // What is painted so far is the shape; this is its colour.
    pen.globalCompositeOperation = "source-in";
    pen.fillStyle = getComputedStyle(this.canvas).color;
    pen.fillRect(0, 0, width, height);
  }
}
