// log p(x|z) of one image at many points: from the decoder's pictures, or from a matrix of logits.

import { RESOLUTION, SMALLEST } from "../image/reconstruction";

/** As many factors of 1 − p ≥ 2⁻²⁵ as a product can hold without underflow, and some to spare. */
const FACTORS = 28;

/** An image's pixels that are not black: the only ones whose logits matter. */
export interface Ink {
  readonly places: readonly number[];
  readonly values: readonly number[];
}

export function inkOf(pixels: ArrayLike<number>): Ink {
  const places = Array.from(pixels, (_, i) => i).filter((i) => (pixels[i] as number) > 0);
  return { places, values: places.map((i) => pixels[i] as number) };
}

const logit = (p: number): number =>
  Math.log(Math.max(p, SMALLEST)) - Math.log(Math.max(1 - p, RESOLUTION));

/** Returns Σ ln (1 − p) over the pixels `start` … `end`: minus the softplus of their logits. */
function logOfBlack(images: Float32Array, start: number, end: number): number {
  let total = 0;
  // A logarithm for many factors: the sum is over hundreds of pixels at hundreds of points.
  for (let from = start; from < end; from += FACTORS) {
    let product = 1;
    const to = Math.min(end, from + FACTORS);
    for (let i = from; i < to; i++) product *= Math.max(1 - (images[i] as number), RESOLUTION);
    total += Math.log(product);
  }
  return total;
}

/**
 * Returns log p(x|z) in nats of one image under n decoded ones: minus their cross-entropy.
 *
 * @param images (n, size) probabilities.
 */
export function logLikelihoods(images: Float32Array, size: number, ink: Ink): Float64Array {
  const { places, values } = ink;
  return Float64Array.from({ length: images.length / size }, (_, n) => {
    const start = n * size;
    let nats = logOfBlack(images, start, start + size);
    for (let i = 0; i < places.length; i++) {
      nats += (values[i] as number) * logit(images[start + (places[i] as number)] as number);
    }
    return nats;
  });
}

/**
 * The logits l of the decoder at K points: log p(x|z_k) = x·l_k − Σ softplus(l_k).
 *
 * Filled once a model; then an image costs one product of a matrix and a sparse vector.
 */
export class LogitMatrix {
  /** (size, K): the logits of a pixel lie side by side, for the product runs along them. */
  private readonly logits: Float32Array;
  private readonly black: Float64Array;

  constructor(
    readonly points: number,
    private readonly size: number,
  ) {
    this.logits = new Float32Array(size * points);
    this.black = new Float64Array(points);
  }

  /** Takes the pictures (n, size) of the points from `first` on. */
  put(first: number, images: Float32Array): void {
    const { points, size } = this;
    for (let k = 0; k * size < images.length; k++) {
      const start = k * size;
      this.black[first + k] = logOfBlack(images, start, start + size);
      for (let i = 0; i < size; i++) {
        this.logits[i * points + first + k] = logit(images[start + i] as number);
      }
    }
  }

  /** Returns log p(x|z_k) at every point, (K,) in nats. */
  logLikelihoods({ places, values }: Ink): Float64Array {
    const { points } = this;
    const nats = this.black.slice();
    for (let i = 0; i < places.length; i++) {
      const row = this.logits.subarray(
        (places[i] as number) * points,
        ((places[i] as number) + 1) * points,
      );
      const value = values[i] as number;
      for (let k = 0; k < points; k++) nats[k] = (nats[k] as number) + value * (row[k] as number);
    }
    return nats;
  }
}
