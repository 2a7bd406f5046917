// Where a point of the plane lies among the encodings of the training set.

import { type Covariance, widen } from "../geometry/gaussians";
import type { Point } from "../geometry/viewport";
import type { ClassRow, Statistics } from "../release/release";

/**
 * Returns how many standard deviations a point is from a Gaussian's mean, in its own direction:
 * √((z − m)ᵀ C⁻¹ (z − m)) (Mahalanobis 1936); infinite where the Gaussian has no width.
 */
export function deviations(point: Point, mean: readonly number[], covariance: Covariance): number {
  const [[xx, xy], [, yy]] = covariance;
  const determinant = xx * yy - xy * xy;
  if (!(determinant > 0)) return Number.POSITIVE_INFINITY;
  const dx = point[0] - (mean[0] as number);
  const dy = point[1] - (mean[1] as number);
  return Math.sqrt((yy * dx * dx - 2 * xy * dx * dy + xx * dy * dy) / determinant);
}

export interface Distance {
  readonly label: number;
  /** Standard deviations of that class's aggregate posterior. */
  readonly deviations: number;
}

/** Returns the classes of a plane by their distance from a point, the nearest first. */
export function classesByDistance(point: Point, rows: readonly ClassRow[]): Distance[] {
  return rows
    .map(({ label, mean, covariance, posterior_variance }) => ({
      label,
      deviations:
        covariance === undefined
          ? Number.POSITIVE_INFINITY
          : deviations(point, mean, widen(covariance, posterior_variance ?? [])),
    }))
    .sort((a, b) => a.deviations - b.deviations);
}

/** Tells whether the circle around 99 % of the training set's encodings holds a point. */
export function insideCircle(point: Point, { centre, radius }: Statistics["circle"]): boolean {
  return Math.hypot(point[0] - centre[0], point[1] - centre[1]) <= radius;
}
