// A path over the plane: the place at a share of it, and the share at a place.

import { clamp, type Point } from "./viewport";

/** The point at a share of the path, by length. */
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

/** How far from a line, in latent units, a place may be and still be on it. */
const OFF = 0.001;

/** The share of the line from `a` to `b` at which it comes through `place`; null: nowhere. */
export function shareAt(a: Point, b: Point, place: Point): number | null {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const squared = dx * dx + dy * dy;
  if (squared === 0) return null;
  const share = clamp(((place[0] - a[0]) * dx + (place[1] - a[1]) * dy) / squared, 0, 1);
  const off = Math.hypot(place[0] - a[0] - share * dx, place[1] - a[1] - share * dy);
  return off <= OFF ? share : null;
}
