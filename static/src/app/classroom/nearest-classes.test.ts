import { expect, test } from "vitest";
import { nearestClasses } from "./nearest-classes";

const xy = Float32Array.from([0, 0, 1, 0, 2, 0, 3, 0, 4, 0]);
const labels = Uint8Array.from([4, 9, 9, 7, 7]);
const points = { count: 5, xy, labels } as unknown as Parameters<typeof nearestClasses>[0];

test("it counts the classes of the k nearest points", () => {
  expect([...nearestClasses(points, [0.1, 0], 3)].sort()).toEqual([
    [4, 1],
    [9, 2],
  ]);
  expect([...nearestClasses(points, [10, 0], 2)]).toEqual([[7, 2]]);
});

test("fewer points than asked are all counted", () => {
  expect([...nearestClasses(points, [0, 0], 9).values()].reduce((a, b) => a + b)).toBe(5);
});
