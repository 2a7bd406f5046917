import { expect, test } from "vitest";
import { isInside } from "./polygon";
import type { Point } from "./viewport";

const SQUARE: Point[] = [
  [0, 0],
  [2, 0],
  [2, 2],
  [0, 2],
];

test("B25 a square holds its middle and nothing beside it", () => {
  expect(isInside(SQUARE, [1, 1])).toBe(true);
  for (const outside of [
    [-1, 1],
    [3, 1],
    [1, -1],
    [1, 3],
  ] as Point[]) {
    expect(isInside(SQUARE, outside)).toBe(false);
  }
});

test("B25 a point level with a corner is counted once", () => {
  const diamond: Point[] = [
    [0, -1],
    [1, 0],
    [0, 1],
    [-1, 0],
  ];
  expect(isInside(diamond, [0, 0])).toBe(true);
  expect(isInside(diamond, [-2, 0])).toBe(false);
});

test("B25 a notch is outside, and so is what a crossing line goes around twice", () => {
  const notched: Point[] = [
    [0, 0],
    [4, 0],
    [4, 4],
    [2, 1],
    [0, 4],
  ];
  expect(isInside(notched, [2, 3])).toBe(false);
  expect(isInside(notched, [0.5, 2])).toBe(true);
  expect(isInside([...SQUARE, ...SQUARE], [1, 1])).toBe(false);
});

test("B25 no corners hold nothing", () => {
  expect(isInside([], [0, 0])).toBe(false);
});
