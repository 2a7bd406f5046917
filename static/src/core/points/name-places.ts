// Where the name of each class stands on a map: at its mean, unless others lie there.

import type { Point } from "../geometry/viewport";
import { boundsOf, type ClassStatistics, type Points } from "./points";

/** Cells along each side of the points' box. */
const SIDE = 64;
/** Of more classes than this each name stays at its mean: counting them would take long. */
const MOST_CLASSES = 1024;

/**
 * Returns the statistics with a `place` for each class whose mean lies among others: the middle of
 * the cell with most of its points, among those where it has more than any other class.
 */
export function withNamePlaces(
  points: Points,
  statistics: readonly ClassStatistics[],
): ClassStatistics[] {
  const bounds = boundsOf(points);
  const classes = 1 + statistics.reduce((most, { label }) => Math.max(most, label), 0);
  if (bounds === null || classes > MOST_CLASSES) return [...statistics];
  const [left, bottom] = bounds.min;
  const width = (bounds.max[0] - left) / SIDE || 1;
  const height = (bounds.max[1] - bottom) / SIDE || 1;
  const cellOf = (x: number, y: number): number => {
    const column = Math.min(SIDE - 1, Math.floor((x - left) / width));
    return Math.min(SIDE - 1, Math.floor((y - bottom) / height)) * SIDE + column;
  };
  const counts = new Uint32Array(SIDE * SIDE * classes);
  for (let i = 0; i < points.count; i++) {
    const at = cellOf(points.xy[2 * i] as number, points.xy[2 * i + 1] as number);
    const label = points.labels[i] as number;
    if (label < classes) counts[at * classes + label] = (counts[at * classes + label] ?? 0) + 1;
  }
  // In each cell the class with most points, and how many they are.
  const winners = new Int16Array(SIDE * SIDE).fill(-1);
  const most = new Uint32Array(SIDE * SIDE);
  for (let cell = 0; cell < SIDE * SIDE; cell++) {
    for (let label = 0; label < classes; label++) {
      const count = counts[cell * classes + label] as number;
      if (count <= (most[cell] as number)) continue;
      most[cell] = count;
      winners[cell] = label;
    }
  }
  // For each class the cell with most of its points, of those that it wins.
  const bests = new Int16Array(classes).fill(-1);
  for (const [cell, winner] of winners.entries()) {
    const best = bests[winner] as number;
    if (winner < 0 || (best >= 0 && (most[cell] as number) <= (most[best] as number))) continue;
    bests[winner] = cell;
  }
  return statistics.map((row) => {
    if (winners[cellOf(...row.mean)] === row.label) return row;
    const best = bests[row.label] as number;
    if (best < 0) return row;
    const column = best % SIDE;
    const place: Point = [
      left + (column + 0.5) * width,
      bottom + ((best - column) / SIDE + 0.5) * height,
    ];
    return { ...row, place };
  });
}
