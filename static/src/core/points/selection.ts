// Rows of a map that a lasso selects: found, counted by class, and written as CSV.

import { isInside } from "../geometry/polygon";
import { type Bounds, clamp, type Point } from "../geometry/viewport";
import type { Points } from "./points";

/** Returns the rows of the points inside a polygon, ascending; of the shown classes (none: all). */
export function rowsInside(
  points: Points,
  polygon: readonly Point[],
  shown: readonly number[] = [],
): number[] {
  const { labels, xy } = points;
  const box = boxOf(polygon);
  const rows: number[] = [];
  for (let row = 0; row < points.count; row++) {
    const x = xy[2 * row] as number;
    const y = xy[2 * row + 1] as number;
    // Most points of a map lie outside the box, which is quickly known.
    if (x !== clamp(x, box.min[0], box.max[0]) || y !== clamp(y, box.min[1], box.max[1])) continue;
    if (shown.length > 0 && !shown.includes(labels[row] as number)) continue;
    if (isInside(polygon, [x, y])) rows.push(row);
  }
  return rows;
}

/** Returns how many rows there are of each class, most first. */
export function countsOf(
  points: Points,
  rows: readonly number[],
): [label: number, count: number][] {
  const counts = new Map<number, number>();
  for (const row of rows) {
    const label = points.labels[row];
    if (label !== undefined) counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
}

/** Writes rows and the names of their classes as CSV (RFC 4180). */
export function csvOf(points: Points, rows: readonly number[], names: readonly string[]): string {
  const quoted = names.map((name) =>
    /[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name,
  );
  const lines = rows.map((row) => {
    const label = points.labels[row] as number;
    return `${row},${quoted[label] ?? label}`;
  });
  return ["row,class", ...lines, ""].join("\r\n");
}

function boxOf(polygon: readonly Point[]): Bounds {
  const [xs, ys] = [polygon.map(([x]) => x), polygon.map(([, y]) => y)];
  return { min: [Math.min(...xs), Math.min(...ys)], max: [Math.max(...xs), Math.max(...ys)] };
}
