// How dense the points lie: contours of a kernel density estimate.

import { contourDensity } from "d3-contour";
import type { View } from "../geometry/viewport";
import type { Points } from "./points";

/** Side of the grid of the estimate, and the bandwidth of its Gaussian kernel, in cells. */
const SIDE = 256;
const BANDWIDTH = 5;
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
 */
export function densityOf(points: Points, view: View, labels: readonly number[] = []): Density {
  const [left, top] = [view.centre[0] - view.scale / 2, view.centre[1] + view.scale / 2];
  const units = SIDE / view.scale;
  const step = Math.ceil(points.count / SAMPLE);
  const counted: number[] = [];
  for (let i = 0; i < points.count; i += step) {
    if (labels.length === 0 || labels.includes(points.labels[i] as number)) counted.push(i);
  }
  const contours = contourDensity<number>()
    .x((i) => ((points.xy[2 * i] as number) - left) * units)
    .y((i) => (top - (points.xy[2 * i + 1] as number)) * units)
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
