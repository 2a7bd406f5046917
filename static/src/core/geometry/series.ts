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

/** Returns the index of a line's last value, or −1 where it has none. */
export function lastIndex(values: readonly (number | null)[]): number {
  return values.findLastIndex((value) => value !== null);
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
  let clusters: { members: number[]; centre: number }[] = [];
  const edges = (cluster: { members: number[]; centre: number }): [number, number] => {
    const half = (apart * (cluster.members.length - 1)) / 2;
    return [cluster.centre - half, cluster.centre + half];
  };
  const settle = (members: number[]): { members: number[]; centre: number } => {
    const half = (apart * (members.length - 1)) / 2;
    const mean = members.reduce((sum, i) => sum + (places[i] ?? 0), 0) / members.length;
    return { members, centre: Math.max(low + half, Math.min(high - half, mean)) };
  };
  for (const i of order) {
    let cluster = settle([i]);
    let before = clusters.at(-1);
    while (before !== undefined && edges(cluster)[0] - edges(before)[1] < apart) {
      cluster = settle([...before.members, ...cluster.members]);
      clusters = clusters.slice(0, -1);
      before = clusters.at(-1);
    }
    clusters.push(cluster);
  }
  const moved = [...places];
  for (const cluster of clusters) {
    const [first] = edges(cluster);
    for (const [rank, i] of cluster.members.entries()) moved[i] = first + rank * apart;
  }
  return moved;
}
