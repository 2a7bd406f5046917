// Decision regions: from the runs of a release to pixels.

import type { Warp } from "../geometry/quantiles";
import { type Bounds, clamp } from "../geometry/viewport";
import type { Regions } from "../release/release";

/** How opaque a cell is, by how many of the levels its winning probability reaches. */
const OPACITY = [0.12, 0.26, 0.42];

/** Returns what the regions cover, edge to edge: a cell is centred on its grid point. */
export function boundsOfRegions({ origin, step, size }: Regions): Bounds {
  const [left, bottom] = [origin[0] - step / 2, origin[1] - step / 2];
  return { min: [left, bottom], max: [left + step * size[0], bottom + step * size[1]] };
}

/**
 * Paints the regions, a pixel a cell, the highest row first.
 *
 * @param palette red, green, blue in 0…1 for each class.
 * @returns (rows, columns, 4) RGBA bytes, opaque where the classifier is sure.
 * @throws RangeError when the runs of a row do not fill it.
 */
export function paintRegions(
  { size: [columns, rows], rows: runs }: Regions,
  palette: ArrayLike<number>,
): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(4 * columns * rows);
  for (const [row, own] of runs.entries()) {
    let column = 0;
    for (let i = 0; i + 2 < own.length; i += 3) {
      const [label, level, length] = own.slice(i, i + 3) as [number, number, number];
      const colour = [0, 1, 2].map((part) => 255 * (palette[3 * label + part] ?? 0.5));
      const opacity = 255 * (OPACITY[Math.min(level, OPACITY.length - 1)] as number);
      for (let end = column + length; column < end; column++) {
        pixels.set([...colour, opacity], 4 * ((rows - 1 - row) * columns + column));
      }
    }
    if (column !== columns) throw new RangeError("a row of regions is not filled");
  }
  return pixels;
}

/** Lays RGBA pixels that cover `bounds` out anew, as many as before, for a map that warps z. */
export function warpPixels(
  pixels: Uint8ClampedArray<ArrayBuffer>,
  [columns, rows]: readonly [number, number],
  { min, max }: Bounds,
  { place, z }: Warp,
): Uint8ClampedArray<ArrayBuffer> {
  /** Of each new cell of an axis, upwards: the old one that lies in its middle. */
  const sources = (count: number, low: number, high: number): number[] => {
    const [from, to] = [place(low), place(high)];
    return Array.from({ length: count }, (_, i) => {
      const middle = z(from + ((i + 0.5) / count) * (to - from));
      return clamp(Math.floor((count * (middle - low)) / (high - low)), 0, count - 1);
    });
  };
  const across = sources(columns, min[0], max[0]);
  const up = sources(rows, min[1], max[1]).reverse();
  const before = new Uint32Array(pixels.buffer);
  const after = Uint32Array.from(before, (_, i) => {
    const row = rows - 1 - (up[Math.floor(i / columns)] as number);
    return before[row * columns + (across[i % columns] as number)] as number;
  });
  return new Uint8ClampedArray(after.buffer);
}
