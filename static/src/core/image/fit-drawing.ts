// A drawing, 28 × 28, at the size of another model's images.

import type { Shape } from "./sheet";

/** A drawing that is asked for again is the same object: by that an answer is known as its own. */
const fitted = new WeakMap<Float32Array, Map<string, Float32Array>>();

/**
 * Returns a square drawing (side · side,) in 0…1 at a model's size (height · width,), bilinear.
 *
 * The same object for the same drawing and size; the drawing itself where it has that size already.
 */
export function fitDrawing(
  drawing: Float32Array,
  { height, width }: Pick<Shape, "height" | "width">,
): Float32Array {
  const side = Math.sqrt(drawing.length);
  if (height === side && width === side) return drawing;
  const sizes = fitted.get(drawing) ?? new Map<string, Float32Array>();
  fitted.set(drawing, sizes);
  const key = `${height}x${width}`;
  const known = sizes.get(key);
  if (known !== undefined) return known;
  const image = new Float32Array(height * width);
  const at = (row: number, column: number): number => drawing[row * side + column] as number;
  for (let i = 0; i < image.length; i++) {
    // The middle of each pixel, in those of the drawing.
    const y = clamp(((Math.floor(i / width) + 0.5) * side) / height - 0.5, side - 1);
    const x = clamp((((i % width) + 0.5) * side) / width - 0.5, side - 1);
    const [top, left] = [Math.floor(y), Math.floor(x)];
    const [bottom, right] = [Math.min(top + 1, side - 1), Math.min(left + 1, side - 1)];
    const upper = at(top, left) * (1 - (x - left)) + at(top, right) * (x - left);
    const lower = at(bottom, left) * (1 - (x - left)) + at(bottom, right) * (x - left);
    image[i] = upper * (1 - (y - top)) + lower * (y - top);
  }
  sizes.set(key, image);
  return image;
}

const clamp = (value: number, most: number): number => Math.max(0, Math.min(most, value));
