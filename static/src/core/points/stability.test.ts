import { expect, test } from "vitest";
import type { ClassRow } from "../release/release";
import { largestShift } from "./stability";

const row = (label: number, mean: [number, number], sd: [number, number]): ClassRow => ({
  label,
  count: 10,
  mean,
  covariance: [
    [sd[0] ** 2, 0.1],
    [0.1, sd[1] ** 2],
  ],
});

test("the shift is measured in the class's own standard deviations, and the largest is told", () => {
  const train = [row(0, [0, 0], [1, 3]), row(1, [5, 5], [0.1, 0.1])];
  const test = [row(1, [5, 5.05], [9, 9]), row(0, [0.6, 0.8], [9, 9])];
  // 0 moves by 1 in a mean deviation of 2; 1 moves by 0.05 in one of 0.1.
  expect(largestShift(train, test, train)).toEqual({ label: 0, size: expect.closeTo(0.5, 9) });
  expect(largestShift([train[1] as ClassRow], test, train)?.label).toBe(1);
});

test("where no class is in both there is no shift", () => {
  expect(largestShift([row(0, [0, 0], [1, 1])], [row(1, [0, 0], [1, 1])], [])).toBeNull();
});
