// Pen strokes: kept as strokes, thinned as they come, and written as text for a link.

import { clamp } from "../geometry/viewport";

/** One pen position: x and y in 0…1 of the pad (y downwards), pressure in 0…1. */
export interface PenPoint {
  x: number;
  y: number;
  pressure: number;
}

export type Stroke = PenPoint[];

const GRID = 4095;
const PRESSURES = 63;
/** A pressure of ½, as it is kept: of devices that feel none. */
export const MIDDLING_PRESSURE = Math.round(0.5 * PRESSURES) / PRESSURES;
/** Steps smaller than this share of the pad carry no shape, only length. */
const SMALLEST_STEP = 0.004;

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const CHARACTERS_A_POINT = 5;
/** What is longer was not written here: a drawing of more points is thinned for its link. */
const LONGEST_TEXT = 20_000;

/** Puts a position on the grid that links are written in, so that a link redraws it exactly. */
export function penPoint(x: number, y: number, pressure: number): PenPoint {
  const on = (value: number, steps: number): number =>
    Math.round(clamp(value, 0, 1) * steps) / steps;
  return { x: on(x, GRID), y: on(y, GRID), pressure: on(pressure, PRESSURES) };
}

/** Appends a point to a stroke unless the pen has hardly moved; tells whether it did. */
export function extend(stroke: Stroke, point: PenPoint): boolean {
  const last = stroke.at(-1);
  if (last !== undefined && Math.hypot(point.x - last.x, point.y - last.y) < SMALLEST_STEP) {
    return false;
  }
  stroke.push(point);
  return true;
}

/**
 * Cuts the way of a pen at the edges of the pad: what runs outside leaves no line along the edge.
 *
 * @param way positions that may lie outside the pad.
 * @returns the parts on the pad, in order; the first continues the way's beginning where it has that.
 */
export function partsOnPad(way: readonly PenPoint[]): PenPoint[][] {
  const parts: PenPoint[][] = [];
  let part: PenPoint[] | null = null;
  for (let i = 1; i < way.length; i++) {
    const [a, b] = [way[i - 1] as PenPoint, way[i] as PenPoint];
    const [enters, leaves] = sharesOnPad(a, b);
    if (enters >= leaves) {
      part = null;
      continue;
    }
    if (part === null) {
      part = [enters > 0 ? between(a, b, enters) : a];
      parts.push(part);
    }
    part.push(leaves < 1 ? between(a, b, leaves) : b);
    if (leaves < 1) part = null;
  }
  return parts;
}

/** The shares of a line at which it enters and leaves the pad; it never does where they cross. */
function sharesOnPad(a: PenPoint, b: PenPoint): [number, number] {
  let [enters, leaves] = [0, 1];
  for (const axis of ["x", "y"] as const) {
    const [from, by] = [a[axis], b[axis] - a[axis]];
    if (by === 0) {
      if (from < 0 || from > 1) return [1, 0];
      continue;
    }
    const ends = [-from / by, (1 - from) / by];
    enters = Math.max(enters, Math.min(...ends));
    leaves = Math.min(leaves, Math.max(...ends));
  }
  return [enters, leaves];
}

function between(a: PenPoint, b: PenPoint, share: number): PenPoint {
  const at = (from: number, to: number): number => from + share * (to - from);
  return { x: at(a.x, b.x), y: at(a.y, b.y), pressure: at(a.pressure, b.pressure) };
}

/**
 * Writes strokes as URL-safe text, five characters a point; "" where a link cannot hold them.
 *
 * Of a drawing too long for a link every second point between the ends of each stroke is left out,
 * until it fits.
 */
export function encodeStrokes(strokes: readonly Stroke[]): string {
  let kept = strokes;
  for (;;) {
    const text = write(kept);
    if (text.length <= LONGEST_TEXT) return text;
    if (kept.every((stroke) => stroke.length <= 2)) return "";
    kept = kept.map((stroke) => stroke.filter((_, i) => i % 2 === 0 || i === stroke.length - 1));
  }
}

function write(strokes: readonly Stroke[]): string {
  const digit = (value: number): string => DIGITS[value] as string;
  const pair = (value: number): string => digit(value >> 6) + digit(value & 63);
  const at = ({ x, y, pressure }: PenPoint): string =>
    pair(Math.round(x * GRID)) +
    pair(Math.round(y * GRID)) +
    digit(Math.round(pressure * PRESSURES));
  return strokes.map((stroke) => stroke.map(at).join("")).join(".");
}

/** Reads what `encodeStrokes` wrote; null where it is not that. */
export function decodeStrokes(text: string): Stroke[] | null {
  if (text.length > LONGEST_TEXT) return null;
  const strokes: Stroke[] = [];
  for (const part of text.split(".")) {
    if (part.length === 0 || part.length % CHARACTERS_A_POINT !== 0) return null;
    const values = Array.from(part, (character) => DIGITS.indexOf(character));
    if (values.includes(-1)) return null;
    const stroke = Array.from({ length: values.length / CHARACTERS_A_POINT }, (_, i) => {
      const [a = 0, b = 0, c = 0, d = 0, e = 0] = values.slice(i * CHARACTERS_A_POINT);
      return { x: (a * 64 + b) / GRID, y: (c * 64 + d) / GRID, pressure: e / PRESSURES };
    });
    strokes.push(stroke);
  }
  return strokes;
}
