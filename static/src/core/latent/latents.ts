// The latents one by one: the range that each is worth moving in, and whether it is used.

import type { Statistics } from "../release/release";

/** Standard deviations of the aggregate posterior to each side of its mean. */
const REACH = 3;

/** One latent as a slider needs it. */
export interface Latent {
  /** What it is called; its index says it where this is missing. */
  readonly name?: string;
  readonly low: number;
  readonly high: number;
  /** Its mean over the training images. */
  readonly rest: number;
  /** Whether the encoder uses it at all; an autoencoder's always counts as used. */
  readonly active: boolean;
  /** Its share of the mean KL to the prior in nats; null of an autoencoder. */
  readonly kl: number | null;
}

/** Returns each latent's range: μ varies over the images, and each has a posterior variance. */
export function latentsOf({ latents }: Pick<Statistics, "latents">): Latent[] {
  return latents.mean.map((mean, i) => {
    const variance = (latents.variance[i] as number) + (latents.posterior_variance?.[i] ?? 0);
    const reach = REACH * Math.sqrt(variance);
    return {
      low: mean - reach,
      high: mean + reach,
      rest: mean,
      active: latents.active?.[i] ?? true,
      kl: latents.kl?.[i] ?? null,
    };
  });
}
