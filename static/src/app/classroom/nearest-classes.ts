// Which classes the points nearest to a place have.

import type { Point } from "../../core/geometry/viewport";
import type { Points } from "../../core/points/points";

/** Returns how many of the `k` points nearest to `z` each class has, by its label. */
export function nearestClasses(points: Points, z: Point, k: number): Map<number, number> {
  // The k smallest squared distances so far, in order, with their labels.
  const distances: number[] = [];
  const labels: number[] = [];
  for (let i = 0; i < points.count; i++) {
    const dx = (points.xy[2 * i] as number) - z[0];
    const dy = (points.xy[2 * i + 1] as number) - z[1];
    const distance = dx * dx + dy * dy;
    if (distances.length === k && distance >= (distances[k - 1] as number)) continue;
    let at = distances.length;
    while (at > 0 && (distances[at - 1] as number) > distance) at--;
    distances.splice(at, 0, distance);
    labels.splice(at, 0, points.labels[i] as number);
    distances.length = labels.length = Math.min(k, distances.length);
  }
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}
