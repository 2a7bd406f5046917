// A lattice of sites in the plane: where they lie, and what is decoded there.

import type { Bounds, Point } from "./viewport";

/** Pictures in place of points: tile i covers its share of `bounds`, row by row from the top. */
export interface Lattice {
  readonly columns: number;
  readonly rows: number;
  /** The outer edges of the tiles; a site is the middle of its tile. */
  readonly bounds: Bounds;
  /** (rows · columns, H, W, C), in 0…1. */
  readonly images: Float32Array;
  readonly image: { readonly height: number; readonly width: number; readonly channels: number };
}

/** Returns the sites (rows · columns, 2), row by row from the top left corner. */
export function latticeSites(bounds: Bounds, columns: number, rows: number): Float32Array {
  const [left, bottom] = bounds.min;
  const [right, top] = bounds.max;
  const sites = new Float32Array(2 * columns * rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = 2 * (row * columns + column);
      sites[at] = left + ((column + 0.5) / columns) * (right - left);
      sites[at + 1] = top - ((row + 0.5) / rows) * (top - bottom);
    }
  }
  return sites;
}

/** Returns the edges of a lattice around `centre` whose neighbouring sites are `step` apart. */
export function boundsAround(centre: Point, step: number, columns: number, rows: number): Bounds {
  const [width, height] = [(columns * step) / 2, (rows * step) / 2];
  return {
    min: [centre[0] - width, centre[1] - height],
    max: [centre[0] + width, centre[1] + height],
  };
}

/** Returns the square inscribed in a circle. */
export function inscribedSquare(centre: Point, radius: number): Bounds {
  const half = radius / Math.SQRT2;
  return {
    min: [centre[0] - half, centre[1] - half],
    max: [centre[0] + half, centre[1] + half],
  };
}

/**
 * Puts points of the plane of two latents into the whole space.
 *
 * @param sites (n, 2).
 * @param base (d,) the value of every other latent.
 * @param coordinates which two latents the plane has.
 * @returns (n, d).
 */
export function embed(
  sites: Float32Array,
  base: ArrayLike<number>,
  coordinates: readonly [number, number] = [0, 1],
): Float32Array {
  const count = sites.length / 2;
  const z = new Float32Array(count * base.length);
  for (let i = 0; i < count; i++) {
    z.set(Array.from(base), i * base.length);
    z[i * base.length + coordinates[0]] = sites[2 * i] as number;
    z[i * base.length + coordinates[1]] = sites[2 * i + 1] as number;
  }
  return z;
}
