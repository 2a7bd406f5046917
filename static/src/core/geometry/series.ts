// Lines of a chart as numbers: set against one shared x, and their labels kept apart.

/** One line: y over an ascending x; null where there is no value. */
export interface Series {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
}

/**
 * Sets lines against every x that any of them has.
 *
 * @returns the ascending x, and each line's values there: null where it has none.
 */
export function alignSeries(lines: readonly Series[]): {
  x: number[];
  y: (number | null)[][];
} {
  const x = [...new Set(lines.flatMap((line) => line.x))].sort((a, b) => a - b);
  const y = lines.map((line) => {
    const values = new Map(line.x.map((at, i) => [at, line.y[i] ?? null]));
    return x.map((at) => values.get(at) ?? null);
  });
  return { x, y };
}

/**
 * Moves places along an axis until neighbours are `apart` from one another, in their order, as
 * little as that takes, and none beyond `low` and `high` where there is room for all.
 */
export function keepApart(
  places: readonly number[],
  apart: number,
  low: number,
  high: number,
): number[] {
  const order = places.map((_, i) => i).sort((a, b) => (places[a] ?? 0) - (places[b] ?? 0));
  // Clusters of places that touch; each lies around the middle of what it holds.
  const clusters: { members: number[]; first: number }[] = [];
  for (const i of order) {
    let members = [i];
    for (;;) {
      const length = apart * (members.length - 1);
      const mean = members.reduce((sum, k) => sum + (places[k] ?? 0), 0) / members.length;
      const first = Math.max(low, Math.min(high - length, mean - length / 2));
      const before = clusters.at(-1);
      if (before === undefined || first - before.first >= apart * before.members.length) {
        clusters.push({ members, first });
        break;
      }
      members = [...before.members, ...members];
      clusters.pop();
    }
  }
  const moved = [...places];
  for (const { members, first } of clusters) {
    for (const [rank, i] of members.entries()) moved[i] = first + rank * apart;
  }
  return moved;
}
