// The scatter as typed arrays, and what is counted from it: bounds and class statistics.
import type { Bounds, Point } from "../geometry/viewport";

export interface Points {
  readonly count: number;
  /** (count,) class of each point. */
  readonly labels: Uint16Array;
  /** (2 · count,) x and y in latent units, interleaved. */
  readonly xy: Float32Array;
}

/** One class's Gaussian, as the means object of a release carries it. */
export interface ClassStatistics {
  readonly label: number;
  readonly count: number;
  readonly mean: Point;
  readonly covariance: readonly [Point, Point];
  /** Where its name stands on the map; absent: at the mean. */
  readonly place?: Point;
}

/**
 * Three columns → points.
 * @throws RangeError where the columns differ in length.
 */
export function pointsFromColumns(
  labels: ArrayLike<number>,
  x: ArrayLike<number>,
  y: ArrayLike<number>,
): Points {
  const count = labels.length;
  if (x.length !== count || y.length !== count) {
    throw new RangeError(`columns differ: ${count} labels, ${x.length} x, ${y.length} y`);
  }
  const xy = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) {
    xy[2 * i] = x[i] as number;
    xy[2 * i + 1] = y[i] as number;
  }
  return { count, labels: Uint16Array.from(labels), xy };
}

/** The box around all finite points; null where there is none. */
export function boundsOf(points: Points): Bounds | null {
  let [left, bottom, right, top] = [Infinity, Infinity, -Infinity, -Infinity];
  const { xy } = points;
  for (let i = 0; i + 1 < xy.length; i += 2) {
    const x = xy[i] as number;
    const y = xy[i + 1] as number;
    if (!Number.isFinite(x + y)) continue;
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < bottom) bottom = y;
    if (y > top) top = y;
  }
  return left <= right ? { min: [left, bottom], max: [right, top] } : null;
}

/** Count, mean and covariance (divided by the count) of each class that occurs. */
export function statisticsOf(points: Points): ClassStatistics[] {
  const classes = 1 + points.labels.reduce((most, label) => Math.max(most, label), -1);
  // Six sums for each label, in one pass: count, x, y, x², xy, y².
  const sums = new Float64Array(classes * 6);
  const add = (at: number, term: number) => {
    sums[at] = (sums[at] as number) + term;
  };
  for (let i = 0; i < points.count; i++) {
    const at = (points.labels[i] as number) * 6;
    const x = points.xy[2 * i] as number;
    const y = points.xy[2 * i + 1] as number;
    if (!Number.isFinite(x + y)) continue;
    add(at, 1);
    add(at + 1, x);
    add(at + 2, y);
    add(at + 3, x * x);
    add(at + 4, x * y);
    add(at + 5, y * y);
  }
  const result: ClassStatistics[] = [];
  for (let label = 0; label < classes; label++) {
    const [n = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0] = sums.subarray(label * 6, label * 6 + 6);
    if (n === 0) continue;
    const mean: Point = [x / n, y / n];
    const cross = xy / n - mean[0] * mean[1];
    result.push({
      label,
      count: n,
      mean,
      covariance: [
        [xx / n - mean[0] ** 2, cross],
        [cross, yy / n - mean[1] ** 2],
      ],
    });
  }
  return result;
}

export interface PointStyle {
  /** CSS pixels. */
  readonly diameter: number;
  /** 0…1. */
  readonly opacity: number;
}

/**
 * How large and how opaque to draw a point, from the number of points, the area (in CSS pixels)
 * that they share, and the magnification over the home view: a cloud of any size keeps about the
 * same ink, and grows less than the zoom, so that clusters come apart.
 */
export function pointStyle(count: number, area: number, zoom: number): PointStyle {
  const spacing = Math.sqrt(area / Math.max(1, count));
  const growth = Math.max(0.5, zoom) ** 0.4;
  return {
    diameter: Math.min(9, Math.max(1.5, 0.95 * spacing * growth)),
    opacity: Math.min(0.85, Math.max(0.25, 0.5 * Math.min(1, spacing) ** 0.5 * growth)),
  };
}
