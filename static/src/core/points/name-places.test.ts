import { describe, expect, test } from "vitest";
import { withNamePlaces } from "./name-places";
import { type Points, pointsFromColumns, statisticsOf } from "./points";

/** Clusters of ten points each, by class: x, y. */
function clusters(...rows: [label: number, x: number, y: number][]): Points {
  const all = rows.flatMap((row) => Array.from({ length: 10 }, () => row));
  const column = (index: 0 | 1 | 2): number[] => all.map((row) => row[index]);
  return pointsFromColumns(column(0), column(1), column(2));
}

const placesOf = (points: Points): (readonly number[] | undefined)[] =>
  withNamePlaces(points, statisticsOf(points)).map(({ place }) => place);

describe("the names of classes", () => {
  test("stay at the mean where the class lies there itself", () => {
    expect(placesOf(clusters([0, -1, 0], [1, 1, 0]))).toEqual([undefined, undefined]);
  });

  test("leave the mean of two pieces, where another class lies, for the larger one", () => {
    const points = clusters([0, -1, 0], [0, 1, 0.5], [0, 1, 0.5], [1, 1 / 3, 1 / 3]);
    const [moved, other] = placesOf(points);
    expect(moved?.[0]).toBeCloseTo(1, 1);
    expect(moved?.[1]).toBeCloseTo(0.5, 1);
    expect(other).toBeUndefined();
  });

  test("stay where the class has the majority nowhere", () => {
    const points = clusters([0, 0, 0], [1, 0, 0], [1, 0, 0], [1, 1, 1]);
    expect(placesOf(points)[0]).toBeUndefined();
  });
});
