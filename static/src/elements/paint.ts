// Draws images of a model on a canvas, which takes their size.
import type { Lattice } from "../core/geometry/lattice";
import { toRgba } from "../core/image/pictures";
import { type Shape, sheetOf } from "../core/image/sheet";

/** Draws (height, width, 4) bytes; `alpha`: whether some of them let what lies below show. */
export function paintRgba(
  canvas: HTMLCanvasElement,
  bytes: Uint8ClampedArray<ArrayBuffer>,
  width: number,
  height: number,
  alpha = true,
): void {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  canvas.getContext("2d", { alpha })?.putImageData(new ImageData(bytes, width, height), 0, 0);
}

/** Draws an image H×W×C in 0…1. */
export function paintImage(canvas: HTMLCanvasElement, pixels: Float32Array, image: Shape): void {
  paintRgba(canvas, toRgba(pixels, image.channels), image.width, image.height, false);
}

export function paintLattice(canvas: HTMLCanvasElement, lattice: Lattice): void {
  const { images, image, columns, rows } = lattice;
  const [width, height] = [columns * image.width, rows * image.height];
  paintImage(canvas, sheetOf(images, image, columns, rows), { ...image, width, height });
}
