import { expect, test } from "vitest";
import { bernoulliCrossEntropy } from "../image/reconstruction";
import { latticeCells, logMasses, logSumExp, withPrior } from "./cells";
import { elboOf } from "./gaussian-fit";
import { inkOf, LogitMatrix, logLikelihoods } from "./likelihood";
import { explain, posteriorOf, refine } from "./plane-posterior";

/** A decoder of few pixels whose posteriors are narrow, bent and not upright. */
const SIZE = 60;
function decode(z: Float32Array): Float32Array {
  const images = new Float32Array((z.length / 2) * SIZE);
  for (let k = 0; k < z.length / 2; k++) {
    const [x, y] = [z[2 * k] as number, z[2 * k + 1] as number];
    for (let i = 0; i < SIZE; i++) {
      const angle = 0.7 + 0.5 * Math.sin(i);
      const logit = 9 * Math.sin(3 * (Math.cos(angle) * x + Math.sin(angle) * y) + i + 0.2 * x * y);
      images[k * SIZE + i] = 1 / (1 + Math.exp(-logit));
    }
  }
  return images;
}

const image = decode(Float32Array.of(0.4, -0.9)).map((p) => (p > 0.9 ? 1 : p < 0.2 ? 0 : p));
const ink = inkOf(image);
const logJointAt = async (z: Float32Array): Promise<Float64Array> =>
  withPrior(logLikelihoods(decode(z), SIZE, ink), z);

async function lattice(side = 64) {
  const cells = latticeCells(side);
  return { ...cells, logJoint: await logJointAt(cells.z) };
}

/** log p(x), and the best z, by force. */
function bruteForce(h: number) {
  let [total, top, best] = [0, Number.NEGATIVE_INFINITY, [0, 0]];
  const shift = 20;
  for (let y = -5; y < 5; y += h) {
    const z = Float32Array.from({ length: 2 * Math.round(10 / h) }, (_, i) =>
      i % 2 === 0 ? -5 + (i / 2 + 0.5) * h : y + h / 2,
    );
    const values = withPrior(logLikelihoods(decode(z), SIZE, ink), z);
    for (const [i, value] of values.entries()) {
      total += Math.exp(value + shift) * h * h;
      if (value > top) [top, best] = [value, [z[2 * i] as number, z[2 * i + 1] as number]];
    }
  }
  return { logLikelihood: Math.log(total) - shift, best };
}
const truth = bruteForce(0.01);

test("log p(x|z) is minus the cross-entropy, from pictures and from the matrix", () => {
  const z = Float32Array.of(0, 0, 0.4, -0.9, -5, 5);
  const images = decode(z);
  images.set([0, 1], 0); // rounded by the decoder
  const expected = [0, 1, 2].map(
    (k) => -bernoulliCrossEntropy(image, images.subarray(k * SIZE, (k + 1) * SIZE)),
  );
  const matrix = new LogitMatrix(3, SIZE);
  matrix.put(0, images.subarray(0, 2 * SIZE));
  matrix.put(2, images.subarray(2 * SIZE));
  for (const nats of [logLikelihoods(images, SIZE, ink), matrix.logLikelihoods(ink)]) {
    for (const [k, value] of nats.entries()) expect(value).toBeCloseTo(expected[k] as number, 3);
  }
});

test("the lattice's cells tile the square, and are finer in the middle", () => {
  const { z, sides } = latticeCells(64);
  const area = Array.from(
    { length: 64 * 64 },
    (_, i) => (sides[2 * i] as number) * (sides[2 * i + 1] as number),
  );
  expect(area.reduce((a, b) => a + b)).toBeCloseTo(100, 3);
  expect(sides[64]).toBeLessThan(0.08);
  expect(sides[0]).toBeGreaterThan(0.3);
  expect((z[0] as number) - (sides[0] as number) / 2).toBeCloseTo(-5, 5);
  // The prior integrates to 1 on it.
  const logJoint = withPrior(new Float64Array(64 * 64), z);
  expect(logSumExp(logMasses({ z, sides, logJoint }))).toBeCloseTo(0, 2);
});

test("refined, the integral and the best z are those of a dense grid", async () => {
  const coarse = posteriorOf(await lattice());
  expect(Math.abs(coarse.logLikelihood - truth.logLikelihood)).toBeLessThan(1.5);
  const cells = await refine(await lattice(), logJointAt);
  const { logLikelihood, heat } = posteriorOf(cells);
  expect(logLikelihood).toBeCloseTo(truth.logLikelihood, 1);
  expect(heat.shares.reduce((a, b) => a + b)).toBeCloseTo(1, 2);
  // A lattice too coarse to see the posterior is refined until it does.
  const rough = posteriorOf(await refine(await lattice(32), logJointAt));
  expect(rough.logLikelihood).toBeCloseTo(truth.logLikelihood, 1);
  const { best } = await explain(await lattice(), somewhere, logJointAt);
  expect(
    Math.hypot(best[0] - (truth.best[0] as number), best[1] - (truth.best[1] as number)),
  ).toBeLessThan(0.01);
});

test("wherever the posterior can be seen, its picture has the density that is there", async () => {
  const { heat } = posteriorOf(await refine(await lattice(), logJointAt));
  const shown = (x: number, y: number): number => {
    const at = heat.shares.findIndex(
      (_, i) =>
        Math.abs(x - (heat.z[2 * i] as number)) <= (heat.sides[2 * i] as number) / 2 &&
        Math.abs(y - (heat.z[2 * i + 1] as number)) <= (heat.sides[2 * i + 1] as number) / 2,
    );
    if (at < 0) return Number.NEGATIVE_INFINITY;
    const area = (heat.sides[2 * at] as number) * (heat.sides[2 * at + 1] as number);
    return Math.log((heat.shares[at] as number) / area);
  };
  const side = 80;
  const [x0, y0] = truth.best as [number, number];
  const z = Float32Array.from({ length: 2 * side * side }, (_, i) => {
    const cell = Math.floor(i / 2);
    const step = i % 2 === 0 ? cell % side : Math.floor(cell / side);
    return (i % 2 === 0 ? x0 : y0) + ((step + 0.5) / side - 0.5) * 0.8;
  });
  const densities = (await logJointAt(z)).map((nats) => nats - truth.logLikelihood);
  const top = Math.max(...densities);
  let [seen, off] = [0, 0];
  for (const [i, density] of densities.entries()) {
    if (density < top - 5) continue;
    seen++;
    const error = Math.abs(shown(z[2 * i] as number, z[2 * i + 1] as number) - density);
    off = Math.max(off, error);
  }
  expect(seen).toBeGreaterThan(100);
  expect(off).toBeLessThan(2.5);
});

const somewhere = {
  mean: [0.43, -0.85],
  covariance: [
    [0.004, 0],
    [0, 0.002],
  ],
} as const;

test("the parts of the gap add up, none is negative, and better Gaussians are no better", async () => {
  const { logLikelihood, elbo, gap } = await explain(await lattice(), somewhere, logJointAt);
  expect(elbo).toBeCloseTo(await elboOf(somewhere, logJointAt), 6);
  expect(gap.total).toBeCloseTo(logLikelihood - elbo, 9);
  expect(gap.encoder + gap.upright + gap.rest).toBeCloseTo(gap.total, 9);
  for (const part of [gap.encoder, gap.upright, gap.rest]) expect(part).toBeGreaterThanOrEqual(0);
  expect(gap.encoder).toBeGreaterThan(0.2);
  // No Gaussian of a coarse search in five parameters beats the one that was found.
  const bestDiagonal = elbo + gap.encoder;
  const bestFull = bestDiagonal + gap.upright;
  const [x0, y0] = truth.best as [number, number];
  let [diagonal, full] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const steps = [-0.01, 0, 0.01];
  for (const dx of steps)
    for (const dy of steps)
      for (const sx of SIGMAS)
        for (const sy of SIGMAS) {
          for (const rho of [-0.9, -0.8, -0.6, -0.4, 0, 0.4]) {
            const q = {
              mean: [x0 + dx, y0 + dy],
              covariance: [
                [sx * sx, rho * sx * sy],
                [rho * sx * sy, sy * sy],
              ],
            } as const;
            const value = await elboOf(q, logJointAt);
            full = Math.max(full, value);
            if (rho === 0) diagonal = Math.max(diagonal, value);
          }
        }
  expect(bestDiagonal).toBeGreaterThan(diagonal - 0.01);
  expect(bestFull).toBeGreaterThan(full - 0.01);
  // And it is nearly reached: what was found is such a Gaussian.
  expect(bestDiagonal).toBeLessThan(diagonal + 0.3);
  expect(bestFull).toBeLessThan(full + 0.3);
});
const SIGMAS = [0.02, 0.03, 0.045, 0.07, 0.1];

test("of a Gaussian posterior the closed forms come out", async () => {
  // p(x|z) ∝ exp(−½ (z − a)ᵀ A (z − a)): with the prior, precision A + I.
  const [a, b, c] = [400, 250, 300];
  const at = [0.5, -0.25] as const;
  const joint = async (z: Float32Array): Promise<Float64Array> => {
    const nats = Float64Array.from({ length: z.length / 2 }, (_, i) => {
      const [x, y] = [(z[2 * i] as number) - at[0], (z[2 * i + 1] as number) - at[1]];
      return -(a * x * x + 2 * b * x * y + c * y * y) / 2;
    });
    return withPrior(nats, z);
  };
  const cells = latticeCells(64);
  const q = {
    mean: at,
    covariance: [
      [0.01, 0],
      [0, 0.01],
    ],
  } as const;
  const { gap, logLikelihood } = await explain(
    { ...cells, logJoint: await joint(cells.z) },
    q,
    joint,
  );
  // log ∫ N(z; 0, I) exp(…) dz, from determinants.
  const [p, r] = [a + 1, c + 1];
  const determinant = p * r - b * b;
  const [hx, hy] = [a * at[0] + b * at[1], b * at[0] + c * at[1]];
  const solved = (r * hx * hx - 2 * b * hx * hy + p * hy * hy) / determinant;
  const constant = (a * at[0] ** 2 + 2 * b * at[0] * at[1] + c * at[1] ** 2) / 2;
  expect(logLikelihood).toBeCloseTo(solved / 2 - constant - Math.log(determinant) / 2, 1);
  // Of a Gaussian, the best upright one misses ½ ln (product of the diagonal / determinant).
  expect(gap.upright).toBeCloseTo(Math.log((p * r) / determinant) / 2, 1);
  expect(gap.rest).toBeCloseTo(0, 1);
});
