// The Gaussian in the plane that comes nearest to a posterior, by its ELBO.

import type { Covariance } from "../geometry/gaussians";
import type { Point } from "../geometry/viewport";
import type { LogJoint } from "./cells";

export interface PlaneGaussian {
  readonly mean: Point;
  readonly covariance: Covariance;
}

/** A Gaussian and its ELBO, E_q[log p(x, z)] + its entropy, in nats. */
export interface Fit extends PlaneGaussian {
  readonly elbo: number;
}

// Gauss–Hermite nodes and weights for the standard normal, exact up to degree 13 along each axis.
const NODES = [0, 1.1544053947399682, 2.3667594107345415, 3.7504397177257425];
const WEIGHTS = [
  0.45714285714285713, 0.24012317860501273, 0.0307571239675865, 0.0005482688559722179,
];

interface Node {
  readonly u: Point;
  readonly weight: number;
}

const GRID: readonly Node[] = (() => {
  const axis = NODES.flatMap((node, i) => {
    const weight = WEIGHTS[i] as number;
    return node === 0
      ? [[node, weight] as const]
      : [[node, weight] as const, [-node, weight] as const];
  });
  return axis.flatMap(([y, wy]) =>
    axis.map(([x, wx]) => ({ u: [x, y] as Point, weight: wx * wy })),
  );
})();

/** A step that gains less has arrived (nats); one that was halved so often leads nowhere. */
const ARRIVED = 0.01;
const MOST_STEPS = 16;
const SMALLEST_STEP = 1 / 64;

type Triple = readonly [number, number, number];

/** An expansion about a Gaussian: its ELBO, and the mean gradient and Hessian of log p(x, z). */
interface Expansion extends Fit {
  readonly gradient: Point;
  readonly hessian: Triple;
}

/** Returns E_q[log p(x, z)] − E_q[log q(z)] in nats, by Gauss–Hermite quadrature at 49 points. */
export async function elboOf(gaussian: PlaneGaussian, logJointAt: LogJoint): Promise<number> {
  return (await expand(gaussian, logJointAt)).elbo;
}

/**
 * Finds the Gaussian of highest ELBO near `start`: that of smallest KL(q ‖ p(z|x)).
 *
 * Natural-gradient steps: q's precision becomes −E_q[∇² log p(x, z)] and its mean moves by
 * covariance · E_q[∇ log p(x, z)], both computed from values at the nodes (Opper & Archambeau 2009,
 * "The variational Gaussian approximation revisited"). A step that would lower the ELBO is halved.
 *
 * @param diagonal whether its axes stay upright.
 */
export async function bestGaussian(
  start: PlaneGaussian,
  diagonal: boolean,
  logJointAt: LogJoint,
): Promise<Fit> {
  const precision = inverse(tripleOf(start.covariance));
  let now = await expand(
    diagonal ? withPrecision(start.mean, [precision[0], 0, precision[2]]) : start,
    logJointAt,
  );
  let step = 1;
  for (let steps = 0; steps < MOST_STEPS && step >= SMALLEST_STEP; steps++) {
    const next = stepFrom(now, step, diagonal);
    const there = next && (await expand(next, logJointAt));
    if (there === null || !(there.elbo >= now.elbo)) {
      step /= 2;
      continue;
    }
    const gain = there.elbo - now.elbo;
    now = there;
    if (gain < ARRIVED) break;
    step = Math.min(1, 2 * step);
  }
  return now;
}

/** Returns where a step leads; null: to no Gaussian. */
function stepFrom(from: Expansion, step: number, diagonal: boolean): PlaneGaussian | null {
  const before = inverse(tripleOf(from.covariance));
  const [a, b, c] = before.map((value, i) => {
    if (diagonal && i === 1) return 0;
    return (1 - step) * value - step * (from.hessian[i] as number);
  }) as unknown as Triple;
  if (!(a > 0 && a * c - b * b > 0)) return null;
  const [xx, xy, yy] = inverse([a, b, c]);
  const [gx, gy] = from.gradient;
  const [x, y] = from.mean;
  return withPrecision([x + step * (xx * gx + xy * gy), y + step * (xy * gx + yy * gy)], [a, b, c]);
}

/** With z = m + L u: E[∇f] = L⁻ᵀ E[u f], and E[∇²f] = L⁻ᵀ E[(u uᵀ − I) f] L⁻¹. */
async function expand(gaussian: PlaneGaussian, logJointAt: LogJoint): Promise<Expansion> {
  const { mean, covariance } = gaussian;
  const [xx, xy, yy] = tripleOf(covariance);
  const l = Math.sqrt(xx);
  const below = xy / l;
  const m = Math.sqrt(yy - below * below);
  const z = GRID.flatMap(({ u: [u, v] }) => [mean[0] + l * u, mean[1] + below * u + m * v]);
  const values = await logJointAt(Float32Array.from(z));
  const level = GRID.reduce((sum, { weight }, i) => sum + weight * (values[i] as number), 0);
  let [u1, v1, uu, uv, vv] = [0, 0, 0, 0, 0];
  for (const [i, { u: at, weight }] of GRID.entries()) {
    const [u, v] = at;
    // About its mean: products of large numbers would cancel.
    const f = weight * ((values[i] as number) - level);
    u1 += u * f;
    v1 += v * f;
    uu += (u * u - 1) * f;
    uv += u * v * f;
    vv += (v * v - 1) * f;
  }
  // L⁻ᵀ = [[1/l, −below/(l m)], [0, 1/m]].
  const [p, q, r] = [1 / l, -below / (l * m), 1 / m];
  return {
    mean,
    covariance,
    elbo: level + Math.log(2 * Math.PI * l * m) + 1,
    gradient: [p * u1 + q * v1, r * v1],
    hessian: [p * p * uu + 2 * p * q * uv + q * q * vv, r * (p * uv + q * vv), r * r * vv],
  };
}

const tripleOf = ([[xx, xy], [, yy]]: Covariance): Triple => [xx, xy, yy];

function inverse([a, b, c]: Triple): Triple {
  const determinant = a * c - b * b;
  return [c / determinant, -b / determinant, a / determinant];
}

function withPrecision(mean: Point, precision: Triple): PlaneGaussian {
  const [xx, xy, yy] = inverse(precision);
  return {
    mean,
    covariance: [
      [xx, xy],
      [xy, yy],
    ],
  };
}
