// The encoder's answer q(z|x) = N(μ, diag σ²): its distance to the prior, and draws from it.

/** σ of each latent from log σ². */
export function sigmaOf(logvar: ArrayLike<number>): number[] {
  return Array.from(logvar, (value) => Math.exp(value / 2));
}

/**
 * Returns KL(N(μᵢ, σᵢ²) ‖ N(0, 1)) of each latent in nats; their sum is the KL of the posterior.
 *
 * Closed form ½ (μ² + σ² − 1 − ln σ²): Kingma & Welling 2014, appendix B.
 */
export function klToStandardNormal(mu: readonly number[], sigma: readonly number[]): number[] {
  return mu.map((mean, i) => {
    const variance = (sigma[i] as number) ** 2;
    return (mean ** 2 + variance - 1 - Math.log(variance)) / 2;
  });
}

/** Returns z = μ + σ · ε. */
export function reparameterize(
  mu: readonly number[],
  sigma: readonly number[],
  epsilon: readonly number[],
): number[] {
  return mu.map((mean, i) => mean + (sigma[i] as number) * (epsilon[i] as number));
}

/** The density of N(0, 1). */
export function standardNormal(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
