// How far a decoded image is from the one that went in: the two measures that the report uses.

/** The largest 1 − p that a float32 p below 1 can have told apart from 0. */
export const RESOLUTION = 2 ** -25;
/** Of p itself float32 resolves far smaller values. */
export const SMALLEST = 2 ** -120;

/**
 * Returns −log p(x | p) in nats, Σ −x ln p − (1 − x) ln (1 − p).
 *
 * @param x the image in [0, 1]; grey values count as expected binary ones, as in training.
 * @param p the decoder's answer, float32 in [0, 1]. Where it was rounded to 0 or 1 the logarithm
 *   is that of the nearest value it could have been.
 */
export function bernoulliCrossEntropy(x: ArrayLike<number>, p: ArrayLike<number>): number {
  let nats = 0;
  for (let i = 0; i < x.length; i++) {
    const ink = x[i] as number;
    const mean = p[i] as number;
    if (ink > 0) nats -= ink * Math.log(Math.max(mean, SMALLEST));
    if (ink < 1) nats -= (1 - ink) * Math.log(Math.max(1 - mean, RESOLUTION));
  }
  return nats;
}

/** Returns Σ (x − y)², which divided by 784 is a pixel's of an MNIST image. */
export function squaredError(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < x.length; i++) total += ((x[i] as number) - (y[i] as number)) ** 2;
  return total;
}
