// A way over the plane: where one is after a share of it.

import type { Point } from "./viewport";

/** The point at a share of the way, by length. */
export function along(points: readonly Point[], share: number): Point {
  const lengths = points.slice(1).map((b, i) => {
    const a = points[i] as Point;
    return Math.hypot(b[0] - a[0], b[1] - a[1]);
  });
  let rest = share * lengths.reduce((sum, length) => sum + length, 0);
  for (const [i, length] of lengths.entries()) {
    const [a, b] = [points[i] as Point, points[i + 1] as Point];
    if (rest <= length && length > 0) {
      const t = Math.max(0, rest / length);
      return [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
    }
    rest -= length;
  }
  return points.at(-1) ?? [0, 0];
}
