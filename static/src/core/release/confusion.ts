// What a confusion matrix tells: rows are the true class, columns the class that was read.

export type Confusion = readonly (readonly number[])[];

/** Shares of a row from which a cell is shaded one level darker. */
const LEVELS = [0, 0.005, 0.02, 0.05, 0.1];

/** Returns how dark a cell is drawn, 0 (nothing there) to 5, by its share of the row's images. */
export function shade(count: number, total: number): number {
  return total > 0 ? LEVELS.filter((level) => count / total > level).length : 0;
}
