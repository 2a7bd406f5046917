// A drawing becomes what MNIST would have made of it: 28×28, anti-aliased, boxed and centred.

import type { Stroke } from "./strokes";

export const SIDE = 28;
/** MNIST fits the ink of each digit, its shape kept, into a box of this many pixels. */
const BOX = 20;
/** Width of a line in pixels of the result, at middling pressure: MNIST's own is about this. */
const LINE = 2.4;
/** How far a line fades out at its edge, in pixels: MNIST's reduction from larger scans is soft. */
const EDGE = 1.6;
/** Pressure moves the width by at most this share either way. */
const PRESSURE_SHARE = 0.25;
/** A drawing smaller than this share of the pad is a dot: it is not blown up to a blot. */
const SMALLEST_EXTENT = 0.05;

interface Placement {
  scale: number;
  /** Where the pad's origin falls in the result, in pixels. */
  x: number;
  y: number;
}

/**
 * Draws strokes as MNIST's makers would have (LeCun et al. 1998, section III.A): the ink fills a
 * 20×20 box, its centre of mass lies in the middle of 28×28.
 *
 * The strokes are scaled as geometry and drawn once at the final size, so a line is equally wide
 * however large the drawing was.
 *
 * @returns 784 values in [0, 1], row by row, 1 is ink; all 0 for no strokes.
 */
export function normalise(strokes: readonly Stroke[]): Float32Array {
  const points = strokes.flat();
  if (points.length === 0) return new Float32Array(SIDE * SIDE);
  const placement = boxed(strokes);
  const first = rasterise(strokes, placement);
  const { x, y } = centreOfMass(first);
  const middle = SIDE / 2;
  return rasterise(strokes, {
    scale: placement.scale,
    x: placement.x + middle - x,
    y: placement.y + middle - y,
  });
}

/** Scales the ink into the box, in the middle of the result. */
function boxed(strokes: readonly Stroke[]): Placement {
  let left = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  let top = Number.POSITIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  for (const stroke of strokes) {
    for (const { x, y } of stroke) {
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
  }
  const extent = Math.max(right - left, bottom - top, SMALLEST_EXTENT);
  const scale = (BOX - LINE) / extent;
  return {
    scale,
    x: SIDE / 2 - (scale * (left + right)) / 2,
    y: SIDE / 2 - (scale * (top + bottom)) / 2,
  };
}

/** Covers each pixel by how near the nearest line is to its middle. */
function rasterise(strokes: readonly Stroke[], { scale, x, y }: Placement): Float32Array {
  const pixels = new Float32Array(SIDE * SIDE);
  for (const stroke of strokes) {
    for (let i = 0; i < Math.max(1, stroke.length - 1); i++) {
      const a = stroke[i];
      const b = stroke[i + 1] ?? a;
      if (a === undefined || b === undefined) continue;
      const pressure = (a.pressure + b.pressure) / 2;
      const half = (LINE / 2) * (1 + PRESSURE_SHARE * (2 * pressure - 1));
      cover(pixels, a.x * scale + x, a.y * scale + y, b.x * scale + x, b.y * scale + y, half);
    }
  }
  return pixels;
}

/** Draws one line with round ends and a soft edge over what is there. */
function cover(
  pixels: Float32Array,
  ax: number,
  ay: number,
  bx: number,
  by: number,
  half: number,
): void {
  const reach = half + EDGE / 2;
  const firstColumn = Math.max(0, Math.floor(Math.min(ax, bx) - reach));
  const lastColumn = Math.min(SIDE - 1, Math.ceil(Math.max(ax, bx) + reach));
  const firstRow = Math.max(0, Math.floor(Math.min(ay, by) - reach));
  const lastRow = Math.min(SIDE - 1, Math.ceil(Math.max(ay, by) + reach));
  const dx = bx - ax;
  const dy = by - ay;
  const squared = dx * dx + dy * dy;
  for (let row = firstRow; row <= lastRow; row++) {
    for (let column = firstColumn; column <= lastColumn; column++) {
      const px = column + 0.5 - ax;
      const py = row + 0.5 - ay;
      const along = squared > 0 ? Math.min(1, Math.max(0, (px * dx + py * dy) / squared)) : 0;
      // Not Math.hypot, which takes several times as long: a pen waits for this.
      const distance = Math.sqrt((px - along * dx) ** 2 + (py - along * dy) ** 2);
      const coverage = Math.min(1, Math.max(0, (half - distance) / EDGE + 0.5));
      const index = row * SIDE + column;
      if (coverage > (pixels[index] as number)) pixels[index] = coverage;
    }
  }
}

/** Returns the middle of the ink, in pixels from the top left corner. */
function centreOfMass(pixels: Float32Array): { x: number; y: number } {
  let ink = 0;
  let x = 0;
  let y = 0;
  for (let row = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++) {
      const value = pixels[row * SIDE + column] as number;
      ink += value;
      x += value * (column + 0.5);
      y += value * (row + 0.5);
    }
  }
  return ink > 0 ? { x: x / ink, y: y / ink } : { x: SIDE / 2, y: SIDE / 2 };
}
