// What a confusion matrix tells: rows are the true class, columns the class that was read.

export type Confusion = readonly (readonly number[])[];

/** Two classes, and how many images of either were taken for the other. */
export interface ConfusedPair {
  readonly pair: readonly [number, number];
  readonly count: number;
}

/** Returns how many images of two classes were taken for each other. */
export function mutual(confusion: Confusion, a: number, b: number): number {
  return (confusion[a]?.[b] ?? 0) + (confusion[b]?.[a] ?? 0);
}

/** Returns the two classes most often taken for each other; null where there are no two. */
export function mostConfused(confusion: Confusion): ConfusedPair | null {
  let most: ConfusedPair | null = null;
  for (let a = 0; a < confusion.length; a++) {
    for (let b = a + 1; b < confusion.length; b++) {
      const count = mutual(confusion, a, b);
      if (most === null || count > most.count) most = { pair: [a, b], count };
    }
  }
  return most;
}

/** Shares of a row from which a cell is shaded one level darker. */
const LEVELS = [0, 0.005, 0.02, 0.05, 0.1];

/** Returns how dark a cell is drawn, 0 (nothing there) to 5, by its share of the row's images. */
export function shade(count: number, total: number): number {
  return total > 0 ? LEVELS.filter((level) => count / total > level).length : 0;
}
