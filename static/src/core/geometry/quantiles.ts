// Laying out the plane in quantiles: at Φ(z₁) and Φ(z₂) the prior N(0, I) is even, on a unit square.

import { type Bounds, clamp, type View } from "./viewport";

/** How the coordinates of z, each by itself, are laid out on a map. */
export interface Warp {
  /** Increasing; where a coordinate of z lies. */
  readonly place: (z: number) => number;
  /** Its inverse. */
  readonly z: (place: number) => number;
}

const same = (value: number): number => value;
/** z lies where it is. */
export const PLAIN: Warp = { place: same, z: same };
export const QUANTILES: Warp = { place: normalCdf, z: normalQuantile };

/** All that quantiles can be, and the same with a margin. */
export const UNIT_SQUARE: View = { centre: [0.5, 0.5], scale: 1 };
export const QUANTILE_HOME: View = { ...UNIT_SQUARE, scale: 1.1 };

/** Φ is 0 or 1, as far as a double tells, from here on. */
const END = 8.3;
/** The quantile of 0 is −FARTHEST, of 1 FARTHEST: beyond, a map of any zoom shows nothing else. */
const FARTHEST = 5;

const density = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);

/** Φ, the standard normal cumulative function, to 1e-15. */
export function normalCdf(z: number): number {
  if (!(Math.abs(z) < END)) return Number.isNaN(z) ? z : Number(z > 0);
  // Φ(z) = 1/2 + φ(z) (z + z³/3 + z⁵/(3·5) + …), by G. Marsaglia, J. Stat. Softw. 11(4), 2004.
  let [sum, term, last] = [z, z, Number.NaN];
  for (let n = 3; sum !== last; n += 2) {
    last = sum;
    term *= (z * z) / n;
    sum += term;
  }
  return 0.5 + density(z) * sum;
}

const [LEAST, MOST] = [normalCdf(-FARTHEST), normalCdf(FARTHEST)];

/** Φ⁻¹ of a share of 0…1, to 1e-9. */
export function normalQuantile(share: number): number {
  const wanted = clamp(share, LEAST, MOST);
  let [z, step] = [0, 0];
  // Newton's steps never pass the root by: away from its middle, Φ bends towards it.
  do {
    step = (wanted - normalCdf(z)) / density(z);
    z += step;
  } while (Math.abs(step) > 1e-9);
  return z;
}

/** Returns the part of `bounds` that lies on the unit square. */
export function withinUnit({ min, max }: Bounds): Bounds {
  const inside = (value: number): number => clamp(value, 0, 1);
  return { min: [inside(min[0]), inside(min[1])], max: [inside(max[0]), inside(max[1])] };
}
