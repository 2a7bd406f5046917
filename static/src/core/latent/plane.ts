// The plane on which a map shows a latent space of many dimensions: there and back.

import type { Covariance } from "../geometry/gaussians";
import { embed } from "../geometry/lattice";
import type { Point } from "../geometry/viewport";
import type { Statistics } from "../release/release";

/** z lies at axes · (z − origin); the two axes (d,) are at right angles to each other. */
export interface Plane {
  readonly origin: ArrayLike<number>;
  readonly axes: readonly [ArrayLike<number>, ArrayLike<number>];
}

/** Returns where z (d,) lies on the map. */
export function project({ origin, axes }: Plane, z: ArrayLike<number>): [number, number] {
  const from = Array.from(z, (value, i) => value - (origin[i] as number));
  return [dot(axes[0], from), dot(axes[1], from)];
}

/** Returns the covariance on the map of independent latents with these variances (d,). */
export function projectVariance({ axes }: Plane, variance: ArrayLike<number>): Covariance {
  const entry = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
    dot(
      a,
      Array.from(b, (value, i) => value * (variance[i] as number)),
    );
  const [first, second] = axes;
  const across = entry(first, second);
  return [
    [entry(first, first), across],
    [across, entry(second, second)],
  ];
}

/**
 * Moves z (d,) within the plane to `place` on the map; what the map does not show stays.
 *
 * That the axes, rounded in the release, are not quite orthonormal is allowed for.
 */
export function moveInPlane(plane: Plane, z: ArrayLike<number>, place: Point): number[] {
  const [a, b] = plane.axes;
  const [x, y] = project(plane, z);
  const [dx, dy] = [place[0] - x, place[1] - y];
  const [aa, ab, bb] = [dot(a, a), dot(a, b), dot(b, b)];
  const determinant = aa * bb - ab * ab;
  const s = (bb * dx - ab * dy) / determinant;
  const t = (aa * dy - ab * dx) / determinant;
  return Array.from(z, (value, i) => value + s * (a[i] as number) + t * (b[i] as number));
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

/** Puts points of a map, (n, 2), into the whole space, (n, d). */
export type Lift = (points: Float32Array) => Float32Array;

/** Around z: points lie where they lie on the map, and agree with z in what it does not show. */
export function liftAround(plane: Plane, z: ArrayLike<number>): Lift {
  return (points) => {
    const lifted = new Float32Array((points.length / 2) * z.length);
    for (let i = 0; 2 * i < points.length; i++) {
      const place: Point = [points[2 * i] as number, points[2 * i + 1] as number];
      lifted.set(moveInPlane(plane, z, place), i * z.length);
    }
    return lifted;
  };
}

/** The plane of the first two latents, the others at the mean of the encodings; d = 2: all there is. */
export function firstTwo({ latents }: Pick<Statistics, "latents">): Lift {
  return (points) => embed(points, latents.mean);
}
