// Interpolation between two points of a latent space: linear or spherical.

/**
 * "line": linear, z = (1 − t) a + t b. "arc": spherical, or slerp (Shoemake 1985; White 2016). Links
 * say it in these words.
 */
export type Interpolation = "line" | "arc";

/** Below this sine two directions are one, or opposite, and the arc between them is not defined. */
const SMALLEST_SINE = 1e-6;

/**
 * Returns the point at a share t between a and b.
 *
 * Slerp turns from a's direction to b's at a constant rate. A mix of two draws of N(0, I) keeps
 * their length on it, while the straight line passes nearer to the origin than almost any draw.
 * It is linear where there is no single arc: from or to 0, or where b = c·a.
 */
export function interpolate(
  a: readonly number[],
  b: readonly number[],
  share: number,
  interpolation: Interpolation,
): number[] {
  const [from, to] = interpolation === "arc" ? arcWeights(a, b, share) : [1 - share, share];
  return a.map((value, i) => from * value + to * (b[i] as number));
}

function arcWeights(
  a: readonly number[],
  b: readonly number[],
  share: number,
): [from: number, to: number] {
  const lengths = Math.hypot(...a) * Math.hypot(...b);
  const dot = a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
  const angle = lengths > 0 ? Math.acos(Math.max(-1, Math.min(1, dot / lengths))) : 0;
  const sine = Math.sin(angle);
  if (sine < SMALLEST_SINE) return [1 - share, share];
  return [Math.sin((1 - share) * angle) / sine, Math.sin(share * angle) / sine];
}

/** Returns `count` ≥ 2 evenly spaced points, both ends among them. */
export function interpolationSteps(
  a: readonly number[],
  b: readonly number[],
  count: number,
  interpolation: Interpolation,
): number[][] {
  return Array.from({ length: count }, (_, i) => interpolate(a, b, i / (count - 1), interpolation));
}
