// Planes through a latent space: how a point of a map becomes the z that a decoder is given.

import { embed } from "./lattice";
import type { Statistics } from "./release";

/** Puts points of a plane, (n, 2), into the whole space, (n, d). */
export type Lift = (points: Float32Array) => Float32Array;

/** The plane of the first two latents, the others at the mean of the encodings; d = 2: all there is. */
export function firstTwo({ latents }: Pick<Statistics, "latents">): Lift {
  return (points) => embed(points, latents.mean);
}

/**
 * The plane of the PCA: z = origin + x · axes₀ + y · axes₁.
 *
 * The axes are orthonormal, so this undoes axes · (z − origin) for every z that lies in the plane.
 */
export function principal({ origin, axes }: NonNullable<Statistics["plane"]>): Lift {
  const d = origin.length;
  return (points) => {
    const z = new Float32Array((points.length / 2) * d);
    for (let i = 0; i < points.length / 2; i++) {
      const [x, y] = [points[2 * i] as number, points[2 * i + 1] as number];
      for (let k = 0; k < d; k++) {
        z[i * d + k] =
          (origin[k] as number) + x * (axes[0][k] as number) + y * (axes[1][k] as number);
      }
    }
    return z;
  };
}
