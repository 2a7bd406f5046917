// Exact inference for models of two latents: a lattice of logits each, decoded once in the background.

import { once } from "../core/async/once";
import { type JointCells, type LogJoint, latticeCells, withPrior } from "../core/inference/cells";
import { type Ink, inkOf, LogitMatrix, logLikelihoods } from "../core/inference/likelihood";
import {
  explain,
  type PlanePosterior,
  posteriorOf,
  type RefinedPosterior,
} from "../core/inference/plane-posterior";
import { imageSize, type Model } from "../core/release/manifest";

/** What an image's true posterior is asked by. */
export interface PosteriorQuestion {
  pixels: Float32Array;
  label?: number | undefined;
  /** The encoder's answer: then the posterior is refined and q measured against it. */
  q?: { mu: number[]; sigma: number[] } | undefined;
}

/** Points along each side of a lattice. */
const SIDE = 64;
const POINTS = SIDE * SIDE;
/** Points decoded in one run: about a millisecond, after which a waiting pointer has its turn. */
const BATCH = 16;
/** Lattices that are kept: one is 13 MB of a 28 × 28 model. */
const KEPT = 2;

const CELLS = latticeCells(SIDE);

/** A newer image was asked about. */
class Superseded extends Error {}

export class PlaneInference {
  /** By the decoder's hash and the label, the oldest first. */
  private readonly lattices = new Map<string, Promise<LogitMatrix>>();
  private newest = 0;
  private pixels: Float32Array = new Float32Array(0);

  /**
   * @param decode decodes n points in one run, (n, 2) → (n, size), when its turn has come.
   */
  constructor(
    private readonly decode: (
      model: Model,
      z: Float32Array,
      label: number | undefined,
    ) => Promise<Float32Array>,
  ) {}

  /** Decodes a model's lattice, once. */
  async prepare(model: Model, label?: number): Promise<LogitMatrix> {
    const lattice = once(this.lattices, `${model.decoder.sha256} ${label ?? ""}`, async () => {
      const matrix = new LogitMatrix(POINTS, imageSize(model));
      await this.decodeAll(model, CELLS.z, label, (first, images) => matrix.put(first, images));
      return matrix;
    });
    for (const key of [...this.lattices.keys()].slice(0, -KEPT)) this.lattices.delete(key);
    return lattice;
  }

  /**
   * Returns the true posterior of an image on the lattice, or, where it has a q, refined.
   *
   * @returns null where a newer image was asked about before the answer was there.
   */
  async answer(
    model: Model,
    { pixels, label, q }: PosteriorQuestion,
  ): Promise<PlanePosterior | RefinedPosterior | null> {
    if (!isSameImage(pixels, this.pixels)) {
      this.newest++;
      this.pixels = pixels;
    }
    const asked = this.newest;
    const matrix = await this.prepare(model, label);
    const ink = inkOf(pixels);
    const logJoint = withPrior(matrix.logLikelihoods(ink), CELLS.z);
    const lattice: JointCells = { ...CELLS, logJoint };
    if (q === undefined) return posteriorOf(lattice);
    const [mu, sigma] = [q.mu as [number, number], q.sigma as [number, number]];
    const gaussian = {
      mean: mu,
      covariance: [
        [sigma[0] ** 2, 0],
        [0, sigma[1] ** 2],
      ],
    } as const;
    try {
      return await explain(lattice, gaussian, this.jointOf(model, ink, label, asked));
    } catch (error) {
      if (error instanceof Superseded) return null;
      throw error;
    }
  }

  private jointOf(model: Model, ink: Ink, label: number | undefined, asked: number): LogJoint {
    const size = imageSize(model);
    return async (z) => {
      const nats = new Float64Array(z.length / 2);
      await this.decodeAll(model, z, label, (first, images) => {
        if (asked !== this.newest) throw new Superseded();
        nats.set(logLikelihoods(images, size, ink), first);
      });
      return withPrior(nats, z);
    };
  }

  /** Decodes points in small batches; what else is asked of the worker goes between them. */
  private async decodeAll(
    model: Model,
    z: Float32Array,
    label: number | undefined,
    take: (first: number, images: Float32Array) => void,
  ): Promise<void> {
    for (let first = 0; 2 * first < z.length; first += BATCH) {
      take(first, await this.decode(model, z.slice(2 * first, 2 * (first + BATCH)), label));
      await aMessage();
    }
  }
}

const isSameImage = (a: Float32Array, b: Float32Array): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);

/** Lets the messages that have arrived be heard; a timer would wait for 4 ms. */
function aMessage(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
