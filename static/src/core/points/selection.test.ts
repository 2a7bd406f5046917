import { expect, test } from "vitest";
import type { Point } from "../geometry/viewport";
import { pointsFromColumns } from "./points";
import { countsOf, csvOf, rowsInside } from "./selection";

const POINTS = pointsFromColumns([1, 0, 1, 2], [0.5, 5, 0.2, 0.7], [0.5, 5, 0.3, 0.1]);
const SQUARE: Point[] = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
];

test("B25 a lasso selects the rows inside it, in their order", () => {
  expect(rowsInside(POINTS, SQUARE)).toEqual([0, 2, 3]);
  expect(rowsInside(POINTS, [])).toEqual([]);
});

test("B25 a class that is not shown is not selected", () => {
  expect(rowsInside(POINTS, SQUARE, [1])).toEqual([0, 2]);
});

test("B25 rows are counted by class, most first", () => {
  expect(countsOf(POINTS, [0, 1, 2])).toEqual([
    [1, 2],
    [0, 1],
  ]);
  expect(countsOf(POINTS, [99])).toEqual([]);
});

test("B25 row numbers and classes are written as CSV", () => {
  expect(csvOf(POINTS, [0, 3], ["a", 'b,"c"', "d"])).toBe('row,class\r\n0,"b,""c"""\r\n3,d\r\n');
});
