// Exact inference in the plane: log p(x), p(z|x), the best z, and what an encoder's q misses.

import type { Point } from "../geometry/viewport";
import {
  coarseNeighbours,
  heaviest,
  type JointCells,
  type LogJoint,
  logMasses,
  logSumExp,
  pick,
  split,
} from "./cells";
import { bestGaussian, elboOf, type Fit, type PlaneGaussian } from "./gaussian-fit";

/** The cells that hold the posterior: n rectangles, and the share of its mass in each. */
export interface Heat {
  readonly z: Float32Array;
  readonly sides: Float32Array;
  readonly shares: Float32Array;
}

export interface PlanePosterior {
  /** log p(x) in nats. */
  readonly logLikelihood: number;
  /** The z of highest p(x, z). */
  readonly best: Point;
  readonly heat: Heat;
}

/** log p(x) − ELBO of the encoder's q, in nats: KL(q ‖ p(z|x)), and what it is made of. */
export interface Gap {
  readonly total: number;
  /** What the best Gaussian with upright axes would repair: the encoder's own miss. */
  readonly encoder: number;
  /** What one with slanted axes would repair beyond. */
  readonly upright: number;
  /** What no Gaussian repairs. */
  readonly rest: number;
}

export interface RefinedPosterior extends PlanePosterior {
  /** Of the encoder's q, in nats. */
  readonly elbo: number;
  readonly gap: Gap;
}

/** Refinement ends once log p(x) moves by less (nats), but not before the second round. */
const CONVERGED = 0.05;
const FEWEST_ROUNDS = 2;
const MOST_ROUNDS = 5;
/**
 * Cells split in a round: at most so many, whose mass is within so many nats of the heaviest. In
 * the first round a top may be hidden between the middles of wide cells, later not.
 */
const SPLIT = 96;
const SPLIT_NATS_AT_FIRST = 9;
const SPLIT_NATS = 7;
/** Density below the highest, in nats, that can still be seen: an opacity of 5 %. */
const SEEN_NATS = 6;
/** Cells of less mass than the heaviest by so many nats are not shown. */
const SHOWN_NATS = 9;
const SHOWN = 2048;
/** The best z is found to within so much. */
const NEAR = 1e-3;
/** Modes that are tried, until so much of the mass is near one of them. */
const MODES = 3;
const COVERED = 0.75;
/** How far a mode reaches. */
const MODE_REACH = 0.15;

/** Reads a posterior from cells as they are. */
export function posteriorOf(cells: JointCells): PlanePosterior {
  const masses = logMasses(cells);
  const logLikelihood = logSumExp(masses);
  const shown = heaviest(masses, SHOWN, SHOWN_NATS);
  const { z, sides } = pick(cells, shown);
  const shares = Float32Array.from(shown, (i) => Math.exp((masses[i] as number) - logLikelihood));
  return { logLikelihood, best: place(cells, densest(cells)), heat: { z, sides, shares } };
}

/**
 * Decodes the cells that hold the mass anew, on a spacing of a third, until log p(x) has settled.
 *
 * A sum over a grid of spacing h is the integral of a Gaussian to within 2 exp(−2π² σ²/h²) of it,
 * so h ≤ 2σ is enough (Poisson's summation formula); the posteriors here have a σ of 0.005 to 0.1.
 */
export async function refine(lattice: JointCells, logJointAt: LogJoint): Promise<JointCells> {
  let cells = lattice;
  let masses = logMasses(cells);
  let before = logSumExp(masses);
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    const nats = round === 1 ? SPLIT_NATS_AT_FIRST : SPLIT_NATS;
    cells = await split(cells, heaviest(masses, SPLIT, nats), logJointAt);
    masses = logMasses(cells);
    const now = logSumExp(masses);
    if (round >= FEWEST_ROUNDS && Math.abs(now - before) < CONVERGED) break;
    before = now;
  }
  // What is seen has no steps: a cell may hold little, and its corner as much as its neighbour.
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    const coarse = coarseNeighbours(cells, SEEN_NATS).slice(0, SPLIT);
    if (coarse.length === 0) break;
    cells = await split(cells, coarse, logJointAt);
  }
  return cells;
}

/**
 * Refines a posterior, and measures how far the encoder's q(z|x) is from it.
 *
 * With ELBO(q) = E_q[log p(x, z)] + H(q) = log p(x) − KL(q ‖ p(z|x)), the gap splits into
 * ELBO(best diagonal) − ELBO(q), ELBO(best full) − ELBO(best diagonal), log p(x) − ELBO(best full):
 * the amortisation gap and the two parts of the approximation gap of Cremer, Li & Duvenaud 2018,
 * "Inference suboptimality in variational autoencoders". The best Gaussians are searched for from
 * the posterior's own modes and from q.
 */
export async function explain(
  lattice: JointCells,
  q: PlaneGaussian,
  logJointAt: LogJoint,
): Promise<RefinedPosterior> {
  const cells = await refine(lattice, logJointAt);
  const elbo = await elboOf(q, logJointAt);
  let full: Fit = { ...q, elbo };
  for (const mode of modesOf(cells)) {
    const fit = await bestGaussian(mode, false, logJointAt);
    if (fit.elbo > full.elbo) full = fit;
  }
  const fitted = await bestGaussian(full, true, logJointAt);
  const diagonal = Math.min(full.elbo, Math.max(elbo, fitted.elbo));
  const found = posteriorOf(cells);
  // An ELBO is a bound. It corrects a sum whose cells have missed parts of a narrow, slanted ridge.
  const logLikelihood = Math.max(found.logLikelihood, full.elbo);
  return {
    ...found,
    logLikelihood,
    best: await climb(cells, logJointAt),
    elbo,
    gap: {
      total: logLikelihood - elbo,
      encoder: diagonal - elbo,
      upright: full.elbo - diagonal,
      rest: logLikelihood - full.elbo,
    },
  };
}

/** Climbs from the densest cell to the top, by its eight neighbours at ever smaller distances. */
async function climb(cells: JointCells, logJointAt: LogJoint): Promise<Point> {
  const first = densest(cells);
  let top = place(cells, first);
  let height = cells.logJoint[first] as number;
  let step = Math.max(cells.sides[2 * first] as number, cells.sides[2 * first + 1] as number);
  while (step > NEAR) {
    const around = [-1, 0, 1].flatMap((dy) =>
      [-1, 0, 1].map((dx) => [top[0] + dx * step, top[1] + dy * step] as const),
    );
    const heights = await logJointAt(Float32Array.from(around.flat()));
    const best = heights.reduce((a, value, i) => (value > (heights[a] as number) ? i : a), 0);
    if ((heights[best] as number) > height && around[best] !== undefined) {
      top = around[best];
      height = heights[best] as number;
    } else step /= 3;
  }
  return top;
}

/** Returns the mean and covariance of the mass about each mode, the densest mode first. */
function modesOf(cells: JointCells): PlaneGaussian[] {
  const masses = logMasses(cells);
  const total = logSumExp(masses);
  const left = new Set(heaviest(masses, SHOWN, SHOWN_NATS));
  const modes: PlaneGaussian[] = [];
  let covered = 0;
  while (left.size > 0 && modes.length < MODES && covered < COVERED) {
    const top = [...left].reduce((a, b) =>
      (cells.logJoint[b] as number) > (cells.logJoint[a] as number) ? b : a,
    );
    const [cx, cy] = place(cells, top);
    let [mass, x, y, xx, xy, yy] = [0, 0, 0, 0, 0, 0];
    for (const i of left) {
      const [zx, zy] = place(cells, i);
      const [dx, dy] = [zx - cx, zy - cy];
      if (Math.max(Math.abs(dx), Math.abs(dy)) > MODE_REACH) continue;
      left.delete(i);
      const share = Math.exp((masses[i] as number) - total);
      // Within a cell the mass spreads, too: s²/12 of a side s.
      const [width, height] = [cells.sides[2 * i] as number, cells.sides[2 * i + 1] as number];
      mass += share;
      x += share * dx;
      y += share * dy;
      xx += share * (dx * dx + (width * width) / 12);
      xy += share * dx * dy;
      yy += share * (dy * dy + (height * height) / 12);
    }
    covered += mass;
    const [mx, my] = [x / mass, y / mass];
    const cov = xy / mass - mx * my;
    modes.push({
      mean: [cx + mx, cy + my],
      covariance: [
        [xx / mass - mx * mx, cov],
        [cov, yy / mass - my * my],
      ],
    });
  }
  return modes;
}

const densest = ({ logJoint }: JointCells): number =>
  logJoint.reduce((a, value, i) => (value > (logJoint[a] as number) ? i : a), 0);

const place = ({ z }: JointCells, i: number): Point => [z[2 * i] as number, z[2 * i + 1] as number];
