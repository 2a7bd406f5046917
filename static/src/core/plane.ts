// The plane on which a map shows a latent space of many dimensions: there and back.

import type { Covariance } from "./gaussians";
import type { Point } from "./viewport";

/** z lies at axes · (z − origin); the two axes (d,) are at right angles to each other. */
export interface Plane {
  readonly origin: ArrayLike<number>;
  readonly axes: readonly [ArrayLike<number>, ArrayLike<number>];
}

/** Returns where z (d,) lies on the map. */
export function project({ origin, axes }: Plane, z: ArrayLike<number>): [number, number] {
  const along = (axis: ArrayLike<number>): number => {
    let sum = 0;
    for (let i = 0; i < axis.length; i++) {
      sum += (axis[i] as number) * ((z[i] as number) - (origin[i] as number));
    }
    return sum;
  };
  return [along(axes[0]), along(axes[1])];
}

/** Returns the covariance on the map of independent latents with these variances (d,). */
export function projectVariance({ axes }: Plane, variance: ArrayLike<number>): Covariance {
  const entry = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
    let sum = 0;
    for (let i = 0; i < a.length; i++) {
      sum += (a[i] as number) * (b[i] as number) * (variance[i] as number);
    }
    return sum;
  };
  const [first, second] = axes;
  const across = entry(first, second);
  return [
    [entry(first, first), across],
    [across, entry(second, second)],
  ];
}

/** Moves z (d,) within the plane to `place` on the map; what the map does not show stays. */
export function moveInPlane(plane: Plane, z: ArrayLike<number>, place: Point): number[] {
  const here = project(plane, z);
  const moved = Array.from(z);
  for (const [which, axis] of plane.axes.entries()) {
    let squared = 0;
    for (let i = 0; i < axis.length; i++) squared += (axis[i] as number) ** 2;
    // The shipped axes have length 1 up to rounding.
    const step = ((place[which] as number) - (here[which] as number)) / squared;
    for (let i = 0; i < axis.length; i++) {
      moved[i] = (moved[i] as number) + step * (axis[i] as number);
    }
  }
  return moved;
}
