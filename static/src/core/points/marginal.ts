// How points lie along one axis of a map: a kernel density estimate of each class.

import { boundsOf, type Points, statisticsOf } from "./points";

/** Cells of the grid on which the estimate is made: about a pixel of a small map each. */
const CELLS = 400;
/** A Gaussian is as good as zero this many standard deviations out. */
const REACH = 4;

export interface Marginal {
  /** The middle of the first cell, and from one to the next. */
  readonly low: number;
  readonly step: number;
  /** For each class its density, (cells,), in shares of all points per unit: all add up to 1. */
  readonly densities: readonly Float64Array[];
}

/**
 * Estimates the density of points along an axis, class by class.
 *
 * Counts in cells are smoothed by a Gaussian, which is a kernel density estimate up to the width
 * of a cell, in time linear in the points. The bandwidth is Silverman's rule of thumb (1986,
 * eq. 3.31) without its quartiles: 1.06 σ n^(−1/5), of each class's own σ and n.
 *
 * @param axis 0: along x; 1: along y.
 * @param classes how many classes there are.
 */
export function marginalOf(points: Points, axis: 0 | 1, classes: number): Marginal {
  const bounds = boundsOf(points) ?? { min: [0, 0], max: [0, 0] };
  const [least, most] = [bounds.min[axis], bounds.max[axis]];
  const bandwidths = new Float64Array(classes);
  for (const { label, count, covariance } of statisticsOf(points)) {
    bandwidths[label] = 1.06 * Math.sqrt(Math.max(0, covariance[axis][axis])) * count ** -0.2;
  }
  // Room for the tails, so that nothing of a class is lost at the ends.
  const margin = REACH * Math.max(...bandwidths, (most - least) / CELLS, 1e-9);
  const low = least - margin;
  const step = (most - least + 2 * margin) / (CELLS - 1);
  const densities = Array.from(bandwidths, () => new Float64Array(CELLS));
  const share = 1 / (points.count * step);
  for (let i = 0; i < points.count; i++) {
    const density = densities[points.labels[i] as number] as Float64Array;
    // Between two cells a point counts for each by how near it is.
    const place = ((points.xy[2 * i + axis] as number) - low) / step;
    const cell = Math.min(CELLS - 2, Math.floor(place));
    density[cell] = (density[cell] as number) + (1 - place + cell) * share;
    density[cell + 1] = (density[cell + 1] as number) + (place - cell) * share;
  }
  return {
    low,
    step,
    densities: densities.map((density, k) => smooth(density, (bandwidths[k] as number) / step)),
  };
}

/** Smooths by a Gaussian whose standard deviation is `width` cells; the sum stays. */
function smooth(values: Float64Array, width: number): Float64Array {
  if (width <= 0) return values;
  const reach = Math.ceil(REACH * width);
  const kernel = Float64Array.from({ length: 2 * reach + 1 }, (_, j) =>
    Math.exp(-0.5 * ((j - reach) / width) ** 2),
  );
  const total = kernel.reduce((sum, weight) => sum + weight, 0);
  const smoothed = new Float64Array(values.length);
  for (const [i, value] of values.entries()) {
    if (value === 0) continue;
    for (let j = Math.max(-reach, -i); j <= reach && i + j < values.length; j++) {
      smoothed[i + j] =
        (smoothed[i + j] as number) + (value * (kernel[j + reach] as number)) / total;
    }
  }
  return smoothed;
}

/**
 * Returns the outline of a density as an SVG path, closed along the axis.
 *
 * @param peak the density that is `height` units high.
 * @param length of the axis from the first cell to the last, in units of the path.
 * @param upright the axis runs upwards, and densities grow to the right; else it runs to the
 *   right, and densities grow upwards.
 */
export function outline(
  density: Float64Array,
  peak: number,
  { length, height, upright }: { length: number; height: number; upright: boolean },
): string {
  const place = (along: number, out: number): string =>
    upright
      ? `${out.toFixed(1)},${(length - along).toFixed(1)}`
      : `${along.toFixed(1)},${(height - out).toFixed(1)}`;
  const middle = Array.from(density, (value, i) =>
    place((i / (density.length - 1)) * length, (value / peak) * height),
  );
  return `M${place(0, 0)}L${middle.join("L")}L${place(length, 0)}Z`;
}
