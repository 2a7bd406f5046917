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

/** How far off the way, in latent units, a place may be and still be on it. */
const OFF = 0.001;

/** The share of the straight way from `a` to `b` after which it comes through `place`; null: never. */
export function shareOfWay(a: Point, b: Point, place: Point): number | null {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const length = Math.hypot(dx, dy);
  if (length === 0) return null;
  const share = ((place[0] - a[0]) * dx + (place[1] - a[1]) * dy) / length ** 2;
  const within = Math.min(1, Math.max(0, share));
  const [x, y] = along([a, b], within);
  return Math.hypot(place[0] - x, place[1] - y) <= OFF ? within : null;
}
