// Polygons in the plane: which points lie inside.

import type { Point } from "./viewport";

/** Returns whether a point lies inside a polygon, which closes itself, by the even-odd rule. */
export function isInside(polygon: readonly Point[], [x, y]: Point): boolean {
  let inside = false;
  let previous = polygon.at(-1);
  for (const corner of polygon) {
    const [ax, ay] = corner;
    const [bx, by] = previous as Point;
    // An edge counts where a ray from the point to the right crosses it; its lower end is part of it.
    if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) inside = !inside;
    previous = corner;
  }
  return inside;
}
