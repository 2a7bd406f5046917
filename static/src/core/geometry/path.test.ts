import { expect, test } from "vitest";
import { along, shareAt } from "./path";
import type { Point } from "./viewport";

const corner: Point[] = [
  [0, 0],
  [3, 0],
  [3, 1],
];

test.each([
  [0, [0, 0]],
  [0.5, [2, 0]],
  [0.75, [3, 0]],
  [0.875, [3, 0.5]],
  [1, [3, 1]],
])("at %f of the path, by length", (share, place) => {
  const [x, y] = along(corner, share);
  expect(x).toBeCloseTo(place[0] as number, 10);
  expect(y).toBeCloseTo(place[1] as number, 10);
});

test("a path that leads nowhere is where it is", () => {
  expect(
    along(
      [
        [1, 2],
        [1, 2],
      ],
      0.5,
    ),
  ).toEqual([1, 2]);
  expect(along([[1, 2]], 0.5)).toEqual([1, 2]);
});

test("a place on a line is told by its share, one beside it by none", () => {
  expect(shareAt([0, 0], [10, 0], [2.5, 0])).toBeCloseTo(0.25, 10);
  expect(shareAt([0, 0], [3, 4], [3, 4])).toBe(1);
  expect(shareAt([0, 0], [10, 0], [2.5, 0.1])).toBeNull();
  expect(shareAt([0, 0], [10, 0], [-1, 0])).toBeNull();
  expect(shareAt([1, 1], [1, 1], [1, 1])).toBeNull();
});
