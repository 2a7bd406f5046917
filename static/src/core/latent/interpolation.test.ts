import { expect, test } from "vitest";
import { interpolate, interpolationSteps } from "./interpolation";

const length = (z: number[]): number => Math.hypot(...z);

test("both ways begin at a and end at b", () => {
  for (const way of ["line", "arc"] as const) {
    const [first, , last] = interpolationSteps([1, 2, -1], [0, -3, 2], 3, way) as number[][];
    for (const [i, value] of [1, 2, -1].entries()) expect(first?.[i]).toBeCloseTo(value, 12);
    for (const [i, value] of [0, -3, 2].entries()) expect(last?.[i]).toBeCloseTo(value, 12);
  }
});

test("the line's stations are evenly apart", () => {
  expect(interpolationSteps([0, 2], [4, 0], 5, "line")).toEqual([
    [0, 2],
    [1, 1.5],
    [2, 1],
    [3, 0.5],
    [4, 0],
  ]);
});

test("the arc keeps the length that both ends have, and turns at an even rate", () => {
  const points = interpolationSteps([2, 0], [0, 2], 5, "arc");
  for (const [i, point] of points.entries()) {
    expect(length(point)).toBeCloseTo(2, 12);
    expect(Math.atan2(point[1] as number, point[0] as number)).toBeCloseTo((i * Math.PI) / 8, 12);
  }
  expect(length(interpolate([2, 0], [0, 2], 0.5, "line"))).toBeCloseTo(Math.SQRT2, 12);
});

test("where there is no single arc it is the line", () => {
  expect(interpolate([0, 0], [2, 4], 0.5, "arc")).toEqual([1, 2]);
  expect(interpolate([1, 2], [2, 4], 0.5, "arc")).toEqual([1.5, 3]);
  expect(interpolate([1, 0], [-1, 0], 0.25, "arc")).toEqual([0.5, 0]);
});
