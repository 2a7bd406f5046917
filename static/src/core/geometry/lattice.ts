// A lattice of sites in the plane: where they lie, and what is decoded there.

import type { Bounds } from "./viewport";

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

/**
 * Puts points of the plane of the first two latents into the whole space.
 *
 * @param sites (n, 2).
 * @param base (d,) the value of every other latent.
 * @returns (n, d).
 */
export function embed(sites: Float32Array, base: ArrayLike<number>): Float32Array {
  const count = sites.length / 2;
  const z = new Float32Array(count * base.length);
  for (let i = 0; i < count; i++) {
    z.set(base, i * base.length);
    z.set(sites.subarray(2 * i, 2 * i + 2), i * base.length);
  }
  return z;
}
