// From one point of a latent space to another: straight, or along the sphere.

/** "line": z = (1 − t) a + t b. "arc": spherical interpolation (Shoemake 1985; White 2016). */
export type Way = "line" | "arc";

/** Below this sine two directions are one, or opposite, and no arc is told apart from another. */
const SMALLEST_SINE = 1e-6;

/**
 * Returns the point at a share t of the way from a to b.
 *
 * The arc turns from a's direction to b's at an even rate. A mix of two draws of N(0, I) keeps
 * their length on it, while the straight line passes nearer to the origin than almost any draw.
 * It is the line where there is no single arc: from or to 0, or where b = c·a.
 */
export function between(
  a: readonly number[],
  b: readonly number[],
  share: number,
  way: Way,
): number[] {
  const [from, to] = way === "arc" ? arcWeights(a, b, share) : [1 - share, share];
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

/** Returns `count` ≥ 2 points at even shares of the way, both ends among them. */
export function stations(
  a: readonly number[],
  b: readonly number[],
  count: number,
  way: Way,
): number[][] {
  return Array.from({ length: count }, (_, i) => between(a, b, i / (count - 1), way));
}
