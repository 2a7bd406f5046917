// How dense the points lie: contours of a kernel density estimate.

import { contourDensity } from "d3-contour";
import type { View } from "../geometry/viewport";
import type { Points } from "./points";

/** Side of the grid of the estimate, and the bandwidth of its Gaussian kernel, in cells. */
const SIDE = 256;
const BANDWIDTH = 5;
/** Beyond so many cells the kernel has no weight. */
const REACH = 3 * BANDWIDTH;
/** Contours, at equal steps of the density. */
const LEVELS = 8;
/** Points that are counted at most: more move no contour visibly. */
const SAMPLE = 100_000;

export interface Density {
  /** SVG paths, sparse to dense, in units of `side` across the square `view`, y down. */
  readonly paths: readonly string[];
  readonly side: number;
  readonly view: View;
}

/**
 * Estimates the density of points within a square.
 *
 * @param view the square: what a map of equal sides shows.
 * @param labels whose points count; empty: all.
 * @param isWhole no point can lie beyond the square: near its edges the estimate is then too low
 * unless what the kernel carries over is mirrored back.
 */
export function densityOf(
  points: Points,
  view: View,
  labels: readonly number[] = [],
  isWhole = false,
): Density {
  const [left, top] = [view.centre[0] - view.scale / 2, view.centre[1] + view.scale / 2];
  const units = SIDE / view.scale;
  const step = Math.ceil(points.count / SAMPLE);
  const mirrored = (at: number): number[] => {
    if (isWhole && at < REACH) return [at, -at];
    return isWhole && at > SIDE - REACH ? [at, 2 * SIDE - at] : [at];
  };
  const counted: [number, number][] = [];
  for (let i = 0; i < points.count; i += step) {
    if (labels.length > 0 && !labels.includes(points.labels[i] as number)) continue;
    const rows = mirrored((top - (points.xy[2 * i + 1] as number)) * units);
    for (const x of mirrored(((points.xy[2 * i] as number) - left) * units)) {
      for (const y of rows) counted.push([x, y]);
    }
  }
  const contours = contourDensity<[number, number]>()
    .x(([x]) => x)
    .y(([, y]) => y)
    .size([SIDE, SIDE])
    .cellSize(2)
    .bandwidth(BANDWIDTH)
    .thresholds(LEVELS)(counted);
  return { paths: contours.map(({ coordinates }) => pathOf(coordinates)), side: SIDE, view };
}

function pathOf(polygons: number[][][][]): string {
  return polygons
    .flat()
    .map((ring) => `M${ring.map(([x = 0, y = 0]) => `${x.toFixed(1)},${y.toFixed(1)}`).join("L")}Z`)
    .join("");
}
