// A posterior as a picture: how much of its mass each pixel of a map holds.

import type { Point, Size } from "../geometry/viewport";
import type { Heat } from "./plane-posterior";

/** Opacity (0…255) of the pixels of a box of the map, row by row from the top. */
export interface HeatPicture {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly opacity: Uint8ClampedArray;
}

const MOST_OPAQUE = 216;

/**
 * Paints the cells of a posterior: a pixel gets its share of every cell that it overlaps.
 *
 * Opacity grows with the root of the density, so that two σ from the top still show (0.37).
 *
 * @param pixelOf of each coordinate by itself, so that a cell stays a rectangle.
 * @returns null where the map shows none of them.
 */
export function heatPicture(
  { z, sides, shares }: Heat,
  pixelOf: (z: Point) => Point,
  size: Size,
): HeatPicture | null {
  const rectangles = Array.from(shares, (share, i) => {
    const [x, y] = [z[2 * i] as number, z[2 * i + 1] as number];
    const [dx, dy] = [(sides[2 * i] as number) / 2, (sides[2 * i + 1] as number) / 2];
    const [left, top] = pixelOf([x - dx, y + dy]);
    const [right, bottom] = pixelOf([x + dx, y - dy]);
    return { left, top, right, bottom, density: share / ((right - left) * (bottom - top)) };
  }).filter(
    ({ left, top, right, bottom }) =>
      right > 0 && bottom > 0 && left < size.width && top < size.height,
  );
  if (rectangles.length === 0) return null;
  const first = (values: number[]): number => Math.max(0, Math.floor(Math.min(...values)));
  const last = (values: number[], most: number): number =>
    Math.min(Math.ceil(most), Math.ceil(Math.max(...values)));
  const [left, top] = [first(rectangles.map((r) => r.left)), first(rectangles.map((r) => r.top))];
  const width =
    last(
      rectangles.map((r) => r.right),
      size.width,
    ) - left;
  const height =
    last(
      rectangles.map((r) => r.bottom),
      size.height,
    ) - top;
  const mass = new Float32Array(width * height);
  for (const cell of rectangles) {
    const [from, to] = span(cell.left - left, cell.right - left, width);
    const [above, below] = span(cell.top - top, cell.bottom - top, height);
    for (let row = above; row < below; row++) {
      const part = cell.density * overlap(cell.top - top, cell.bottom - top, row);
      for (let column = from; column < to; column++) {
        const at = row * width + column;
        mass[at] =
          (mass[at] as number) + part * overlap(cell.left - left, cell.right - left, column);
      }
    }
  }
  const most = mass.reduce((a, b) => Math.max(a, b), 0);
  const opacity = Uint8ClampedArray.from(mass, (share) => MOST_OPAQUE * Math.sqrt(share / most));
  return { left, top, width, height, opacity };
}

const span = (low: number, high: number, most: number): [number, number] => [
  Math.max(0, Math.floor(low)),
  Math.min(most, Math.ceil(high)),
];

/** How much of the pixel from `at` to `at` + 1 lies between two edges. */
const overlap = (low: number, high: number, at: number): number =>
  Math.max(0, Math.min(high, at + 1) - Math.max(low, at));
