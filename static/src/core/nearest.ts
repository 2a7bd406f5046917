// The points nearest to a place: no index, because one pass over 60,000 takes a tenth of a ms.

import type { Points } from "./points";
import type { Point } from "./viewport";

/** Returns the indices of the `count` points nearest to `place`, nearest first. */
export function nearestPoints(points: Points, place: Point, count: number): number[] {
  const { xy } = points;
  const found: number[] = [];
  const distances: number[] = [];
  for (let i = 0; i < points.count; i++) {
    const dx = (xy[2 * i] as number) - place[0];
    const dy = (xy[2 * i + 1] as number) - place[1];
    const distance = dx * dx + dy * dy;
    if (found.length === count && distance >= (distances[count - 1] as number)) continue;
    let at = found.length;
    while (at > 0 && (distances[at - 1] as number) > distance) at--;
    found.splice(at, 0, i);
    distances.splice(at, 0, distance);
    found.length = Math.min(found.length, count);
    distances.length = found.length;
  }
  return found;
}
