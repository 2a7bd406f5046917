// A lattice of decoded tiles in a plane of two latents, and blending what lies between them.

import type { Shape } from "../image/sheet";

/** Where the tiles stand, as docs/release-format.md tells it. */
export interface LatticeSites {
  /** Tiles along each axis, at least 2. */
  readonly size: number;
  /** The axes reach from −range to range, latent units. */
  readonly range: number;
  /** z = range · sign(t) · |t|^exponent for t in −1 … 1, in which the tiles are evenly spaced. */
  readonly exponent: number;
}

export interface TileLattice extends LatticeSites {
  readonly image: Shape;
  /** (size, size, H, W, C) bytes: rows by z₂, upwards from −range, columns by z₁. */
  readonly tiles: Uint8Array;
}

/**
 * Takes the tiles from their sheet.
 *
 * @param rgba of the whole sheet, (size · H, size · W, 4), whose top row has the largest z₂.
 */
export function tilesOf(
  rgba: Uint8ClampedArray,
  { size, range, exponent }: LatticeSites,
  image: Shape,
): TileLattice {
  const { width, height, channels } = image;
  const tiles = new Uint8Array(size * size * height * width * channels);
  let to = 0;
  for (let row = size - 1; row >= 0; row--) {
    for (let column = 0; column < size; column++) {
      for (let y = 0; y < height; y++) {
        let from = 4 * (((row * height + y) * size + column) * width);
        for (let x = 0; x < width; x++, from += 4) {
          // A grey sheet has three equal channels.
          for (let c = 0; c < channels; c++) tiles[to++] = rgba[from + c] as number;
        }
      }
    }
  }
  return { size, range, exponent, image, tiles };
}

/** Where a coordinate lies among the tiles of its axis, 0 … size − 1; outside: at the end. */
export function tilePosition({ size, range, exponent }: LatticeSites, coordinate: number): number {
  const t = Math.sign(coordinate) * (Math.abs(coordinate) / range) ** (1 / exponent);
  return (Math.min(1, Math.max(-1, t)) + 1) * ((size - 1) / 2);
}

/** Blends the four tiles around each of n points z (2n numbers): n images H×W×C in 0…1. */
export function blendTiles(lattice: TileLattice, z: ArrayLike<number>): Float32Array {
  const { size, image, tiles } = lattice;
  const length = image.height * image.width * image.channels;
  const images = new Float32Array((z.length / 2) * length);
  for (let point = 0; 2 * point < z.length; point++) {
    const x = tilePosition(lattice, z[2 * point] as number);
    const y = tilePosition(lattice, z[2 * point + 1] as number);
    // At the last tile itself the one before it has weight 0.
    const column = Math.min(Math.floor(x), size - 2);
    const row = Math.min(Math.floor(y), size - 2);
    const [across, up] = [x - column, y - row];
    const below = (row * size + column) * length;
    const above = below + size * length;
    const a = ((1 - across) * (1 - up)) / 255;
    const b = (across * (1 - up)) / 255;
    const c = ((1 - across) * up) / 255;
    const d = (across * up) / 255;
    for (let i = 0, to = point * length; i < length; i++, to++) {
      images[to] =
        a * (tiles[below + i] as number) +
        b * (tiles[below + length + i] as number) +
        c * (tiles[above + i] as number) +
        d * (tiles[above + length + i] as number);
    }
  }
  return images;
}
