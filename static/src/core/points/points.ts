// The scatter as typed arrays, and what is counted from it: bounds, class statistics, nearest class.
import type { Bounds, Point } from "../geometry/viewport";

export interface Points {
  readonly count: number;
  /** (count,) class of each point. */
  readonly labels: Uint8Array;
  /** (2 · count,) x and y in latent units, interleaved. */
  readonly xy: Float32Array;
}

/** One class's Gaussian, as the means object of a release carries it. */
export interface ClassStatistics {
  readonly label: number;
  readonly count: number;
  readonly mean: Point;
  readonly covariance: readonly [Point, Point];
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
  return { count, labels: Uint8Array.from(labels), xy };
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
  // Six sums for each label, in one pass: count, x, y, x², xy, y².
  const sums = new Float64Array(256 * 6);
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
  for (let label = 0; label < 256; label++) {
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

/** Cells along each side of the grid, and how many of them a search goes outwards. */
const CELLS = 96;
const REACH = 10;
/** Points that make a majority worth reporting. */
const ENOUGH = 15;
/** Points that are counted at most, every n-th of a larger set: more do not change a majority. */
const SAMPLE = 120_000;

/** Answers which class is most frequent around a place, from counts on a fixed grid. */
export class ClassGrid {
  readonly #bounds: Bounds | null;
  readonly #classes: number;
  readonly #counts: Uint32Array; // (CELLS, CELLS, classes)

  /** One pass over the points, or over a sample of very many; a few ms. */
  constructor(points: Points) {
    this.#bounds = boundsOf(points);
    let classes = 0;
    for (const label of points.labels) if (label >= classes) classes = label + 1;
    this.#classes = classes;
    this.#counts = new Uint32Array(CELLS * CELLS * classes);
    const step = Math.ceil(points.count / SAMPLE);
    for (let i = 0; i < points.count; i += step) {
      const column = this.#cell(points.xy[2 * i] as number, 0);
      const row = this.#cell(points.xy[2 * i + 1] as number, 1);
      if (!inside(column) || !inside(row)) continue;
      const at = (row * CELLS + column) * classes + (points.labels[i] as number);
      this.#counts[at] = (this.#counts[at] as number) + 1;
    }
  }

  /** The most frequent class near `point`; null where no point is near. */
  nearest(point: Point): number | null {
    const column = this.#cell(point[0], 0);
    const row = this.#cell(point[1], 1);
    if (!Number.isFinite(column + row)) return null;
    let found: number | null = null;
    for (let reach = 0; reach <= REACH; reach++) {
      const { label, total } = this.#majority(column, row, reach);
      if (total > 0) found = label;
      if (total >= ENOUGH) break;
    }
    return found;
  }

  #cell(value: number, axis: 0 | 1): number {
    if (this.#bounds === null) return Number.NaN;
    const low = this.#bounds.min[axis];
    const span = this.#bounds.max[axis] - low;
    if (value === this.#bounds.max[axis]) return CELLS - 1;
    return span > 0 ? Math.floor(((value - low) / span) * CELLS) : Number.NaN;
  }

  #majority(column: number, row: number, reach: number): { label: number; total: number } {
    const votes = new Uint32Array(this.#classes);
    let total = 0;
    for (let r = Math.max(0, row - reach); r <= Math.min(CELLS - 1, row + reach); r++) {
      for (let c = Math.max(0, column - reach); c <= Math.min(CELLS - 1, column + reach); c++) {
        for (let label = 0; label < this.#classes; label++) {
          const n = this.#counts[(r * CELLS + c) * this.#classes + label] as number;
          votes[label] = (votes[label] as number) + n;
          total += n;
        }
      }
    }
    return { label: votes.indexOf(Math.max(...votes)), total };
  }
}

function inside(cell: number): boolean {
  return cell >= 0 && cell < CELLS;
}
