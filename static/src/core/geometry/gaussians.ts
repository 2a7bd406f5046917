// Gaussians in the plane: the axes of their contours.

import type { Point } from "./viewport";

/** A covariance matrix, row by row. */
export type Covariance = readonly [Point, Point];

/** The contour of one standard deviation: (z − mean)ᵀ C⁻¹ (z − mean) = 1. */
export interface Contour {
  readonly mean: Point;
  /** Half the length of the longer and the shorter axis, in latent units. */
  readonly radii: Point;
  /** Of the longer axis, in radians against the first latent's. */
  readonly angle: number;
}

/**
 * Returns the ellipse of one standard deviation.
 *
 * @param covariance symmetric and positive semidefinite; rounding below zero counts as zero.
 */
export function contourOf(mean: Point, covariance: Covariance): Contour {
  const [[xx, xy], [, yy]] = covariance;
  const middle = (xx + yy) / 2;
  const spread = Math.hypot((xx - yy) / 2, xy);
  return {
    mean,
    radii: [Math.sqrt(Math.max(0, middle + spread)), Math.sqrt(Math.max(0, middle - spread))],
    angle: spread === 0 ? 0 : Math.atan2(2 * xy, xx - yy) / 2,
  };
}

/** Corners of a contour where no ellipse can be drawn: at 1,000 px across they are 0.15 px off. */
const CORNERS = 128;

/** Returns points around a contour of `deviations` standard deviations. */
export function outlineOf({ mean, radii, angle }: Contour, deviations: number): Point[] {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return Array.from({ length: CORNERS }, (_, i) => {
    const at = (2 * Math.PI * i) / CORNERS;
    const [along, across] = [
      deviations * radii[0] * Math.cos(at),
      deviations * radii[1] * Math.sin(at),
    ];
    return [mean[0] + cos * along - sin * across, mean[1] + sin * along + cos * across];
  });
}

/** Adds variances along the two axes: the spread of an aggregate posterior is cov μ + mean σ². */
export function widen(covariance: Covariance, variance: readonly number[]): Covariance {
  const [[xx, xy], [yx, yy]] = covariance;
  return [
    [xx + (variance[0] ?? 0), xy],
    [yx, yy + (variance[1] ?? 0)],
  ];
}
