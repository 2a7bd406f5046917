// An arrow at a map's edge, for a mark that lies outside what the map shows.

import { clamp, type Point, type Size } from "./viewport";

export interface EdgeArrow {
  /** CSS pixels. */
  readonly at: Point;
  /** Degrees from rightwards, clockwise on the screen. */
  readonly angle: number;
}

/** From the arrow's middle to the edge (CSS pixels). */
const MARGIN = 12;

/** Returns the arrow that points to a mark at a pixel; null: the mark is on the map. */
export function edgeArrow([x, y]: Point, { width, height }: Size): EdgeArrow | null {
  if (x >= 0 && x <= width && y >= 0 && y <= height) return null;
  const at: Point = [clamp(x, MARGIN, width - MARGIN), clamp(y, MARGIN, height - MARGIN)];
  return { at, angle: (Math.atan2(y - at[1], x - at[0]) * 180) / Math.PI };
}
