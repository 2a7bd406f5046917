import { describe, expect, it, test } from "vitest";
import { classAround, nearestPoints, shareNearestOwn } from "./nearest";
import { pointsFromColumns } from "./points";

const random = (n: number, seed: number): number[] =>
  Array.from({ length: n }, (_, i) => Math.sin(i * 12.9898 + seed) * 4);

test("they are those that sorting all distances finds", () => {
  const [x, y] = [random(500, 1), random(500, 2)];
  const points = pointsFromColumns(Array(500).fill(0), x, y);
  const distance = (i: number): number => Math.hypot((x[i] ?? 0) - 0.5, (y[i] ?? 0) + 1);
  const sorted = x.map((_, i) => i).sort((a, b) => distance(a) - distance(b));
  expect(nearestPoints(points, [0.5, -1], 7)).toEqual(sorted.slice(0, 7));
});

test("of fewer points than asked for, all; of points in one place, the first", () => {
  expect(nearestPoints(pointsFromColumns([0, 0], [3, 1], [0, 0]), [0, 0], 5)).toEqual([1, 0]);
  expect(nearestPoints(pointsFromColumns([0, 0, 0], [1, 1, 1], [0, 0, 0]), [0, 0], 2)).toEqual([
    0, 1,
  ]);
});

test("the share of points that lie nearest to the place of their own class", () => {
  const points = pointsFromColumns([0, 0, 1, 1], [0, 1, 9, 4], [0, 1, 0, 0]);
  // The last point, of class 1, lies nearer to the place of class 0.
  const places = [
    [0, 0],
    [10, 0],
  ] as const;
  expect(shareNearestOwn(points, places)).toBe(0.75);
});

describe("the nearest class", () => {
  const columns = { labels: [] as number[], x: [] as number[], y: [] as number[] };
  for (let i = 0; i < 400; i++) {
    const label = i % 2;
    columns.labels.push(label);
    columns.x.push((label ? 4 : -4) + Math.sin(i));
    columns.y.push(Math.cos(i * 1.7));
  }
  const points = pointsFromColumns(columns.labels, columns.x, columns.y);

  it("is the majority around a place", () => {
    expect(classAround(points, [-4, 0])).toBe(0);
    expect(classAround(points, [4.2, 0.1])).toBe(1);
  });

  it("is none far from every point", () => {
    expect(classAround(points, [0, 0])).toBeNull();
    expect(classAround(points, [1e6, 0])).toBeNull();
    expect(classAround(points, [Number.NaN, 0])).toBeNull();
    expect(classAround(pointsFromColumns([], [], []), [0, 0])).toBeNull();
  });
});
