// How far the classes' means move from one set of images to another.

import type { ClassRow } from "../release/release";

export interface Shift {
  readonly label: number;
  /** In standard deviations of the class: the mean of those along each latent. */
  readonly size: number;
}

/**
 * Returns the class whose mean moves most between two sets; null where they share no class.
 *
 * @param within rows whose covariance or variance tells each class's standard deviation.
 */
export function largestShift(
  from: readonly ClassRow[],
  to: readonly ClassRow[],
  within: readonly ClassRow[],
): Shift | null {
  let largest: Shift | null = null;
  for (const { label, mean } of from) {
    const other = to.find((row) => row.label === label);
    const deviation = deviationOf(within.find((row) => row.label === label));
    if (other === undefined || deviation === null) continue;
    const moved = Math.hypot(...mean.map((value, k) => value - (other.mean[k] as number)));
    const size = moved / deviation;
    if (largest === null || size > largest.size) largest = { label, size };
  }
  return largest;
}

function deviationOf(row: ClassRow | undefined): number | null {
  const variances = row?.covariance?.map((line, k) => line[k] as number) ?? row?.variance;
  if (variances === undefined || variances.length === 0) return null;
  return variances.reduce((sum, variance) => sum + Math.sqrt(variance), 0) / variances.length;
}
