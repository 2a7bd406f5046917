// A drawing becomes what MNIST would have made of it: 28×28, anti-aliased, boxed and centred.
//
// MNIST's conventions, measured on 20,000 of its training images (percentiles 1, 50, 99):
//
//   longer side of the ink      20, 20, 20 pixels: its box begins and ends at a whole pixel
//   centre of mass, by index    13.51, 14.01, 14.49: moved by whole pixels, to within half a one
//   ink, the sum of all pixels  39, 100, 194; mean 103
//   half-grey pixels, ¼ to ¾    16, 40, 64; mean 39
//
// LINE and EDGE are those with which real pen strokes come out alike: ink 103, half-grey 40.

import { MIDDLING_PRESSURE, type Stroke } from "./strokes";

export const SIDE = 28;
/** MNIST fits the ink of each digit, its shape kept, into a box of this many pixels. */
const BOX = 20;
/** Where the centre of mass belongs, in pixels from the top left corner: amid the pixel of index 14. */
const CENTRE = 14.5;
/** Width of a line in pixels of the result, at middling pressure. */
const LINE = 2.5;
/** How far a line fades out at its edge, in pixels. */
const EDGE = 1;
/** Pressure moves the width by at most this share either way. */
const PRESSURE_SHARE = 0.25;
/** A drawing smaller than this share of the pad is a dot: it is not blown up to a blot. */
const SMALLEST_EXTENT = 0.05;

/**
 * Draws strokes as MNIST's makers would have (LeCun et al. 1998, section III.A): the ink fills a
 * 20×20 box, which is moved by whole pixels until its centre of mass is nearest to the middle.
 *
 * The strokes are scaled as geometry and drawn once at the final size, so a line is equally wide
 * however large the drawing was.
 *
 * @returns 784 values in [0, 1], row by row, 1 is ink; all 0 for no strokes.
 */
export function normalise(strokes: readonly Stroke[]): Float32Array {
  const boxed = rasterise(strokes);
  const { x, y } = centreOfMass(boxed);
  return moved(boxed, Math.round(CENTRE - x), Math.round(CENTRE - y));
}

/** Draws the strokes into a box that begins at a whole pixel, about in the middle. */
function rasterise(strokes: readonly Stroke[]): Float32Array {
  const pixels = new Float32Array(SIDE * SIDE);
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
  const scale = (BOX - LINE) / Math.max(right - left, bottom - top, SMALLEST_EXTENT);
  const begin = (SIDE - BOX + LINE) / 2;
  const across = (x: number): number => begin + scale * (x - left);
  const down = (y: number): number => begin + scale * (y - top);
  for (const stroke of strokes) {
    for (let i = 0; i < Math.max(1, stroke.length - 1); i++) {
      const a = stroke[i];
      const b = stroke[i + 1] ?? a;
      if (a === undefined || b === undefined) continue;
      const pressure = (a.pressure + b.pressure) / 2;
      const half = (LINE / 2) * (1 + 2 * PRESSURE_SHARE * (pressure - MIDDLING_PRESSURE));
      cover(pixels, across(a.x), down(a.y), across(b.x), down(b.y), half);
    }
  }
  return pixels;
}

/** Moves a picture by whole pixels; what leaves it is lost. */
function moved(pixels: Float32Array, right: number, down: number): Float32Array {
  const result = new Float32Array(SIDE * SIDE);
  for (let row = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++) {
      const [from, above] = [column - right, row - down];
      if (from < 0 || from >= SIDE || above < 0 || above >= SIDE) continue;
      result[row * SIDE + column] = pixels[above * SIDE + from] as number;
    }
  }
  return result;
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

/** Returns the middle of the ink, in pixels from the top left corner; the picture's where none is. */
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
  return ink > 0 ? { x: x / ink, y: y / ink } : { x: CENTRE, y: CENTRE };
}
