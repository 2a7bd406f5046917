import { expect, test } from "vitest";
import { densityOf } from "./density";
import { pointsFromColumns } from "./points";

const view = { centre: [0, 0], scale: 10 } as const;
// Two heaps: class 0 around (−2, 0), class 1 around (2, 2).
const wobble = Array.from({ length: 400 }, (_, i) => [
  Math.sin(i * 7.1) / 2,
  Math.sin(i * 3.3) / 2,
]);
const points = pointsFromColumns(
  wobble.map((_, i) => i % 2),
  wobble.map(([x = 0], i) => (i % 2 ? 2 : -2) + x),
  wobble.map(([, y = 0], i) => (i % 2 ? 2 : 0) + y),
);

function boxOf(path: string): number[] {
  const numbers = (path.match(/-?[\d.]+/g) ?? []).map(Number);
  const [x, y] = [0, 1].map((axis) => numbers.filter((_, i) => i % 2 === axis)) as [
    number[],
    number[],
  ];
  return [Math.min(...x), Math.max(...x), Math.min(...y), Math.max(...y)];
}

test("the densest contour of a class lies on its heap, y pointing down", () => {
  const { paths, side } = densityOf(points, view, [1]);
  const [left = 0, right = 0, top = 0, bottom = 0] = boxOf(paths.at(-1) as string);
  const toX = (x: number): number => ((x + 5) / 10) * side;
  expect(left).toBeLessThan(toX(2));
  expect(right).toBeGreaterThan(toX(2));
  expect(left).toBeGreaterThan(toX(0));
  expect((top + bottom) / 2).toBeLessThan(side / 2);
});

test("of all points, both heaps lie within the outermost contour", () => {
  const { paths } = densityOf(points, view);
  expect(paths.length).toBeGreaterThan(3);
  const [left = 0, right = 0] = boxOf(paths[0] as string);
  expect(right - left).toBeGreaterThan(90);
});

test("no points have no contours", () => {
  expect(densityOf(pointsFromColumns([], [], []), view).paths.join("")).toBe("");
});

test("a square that holds all points is as dense at its edges as in its middle", () => {
  const lattice = Array.from({ length: 900 }, (_, i) => [i % 30, Math.floor(i / 30)]);
  const even = pointsFromColumns(
    lattice.map(() => 0),
    lattice.map(([x = 0]) => (x + 0.5) / 30),
    lattice.map(([, y = 0]) => (y + 0.5) / 30),
  );
  const unit = { centre: [0.5, 0.5], scale: 1 } as const;
  // A contour at more than half of the greatest density: there the edges are if nothing is mirrored.
  const upper = (isWhole: boolean): number[] => {
    const { paths } = densityOf(even, unit, [], isWhole);
    return boxOf(paths[Math.ceil(0.7 * paths.length)] ?? "");
  };
  expect(upper(true).every((edge) => edge < 0 || edge > 256)).toBe(true);
  expect(upper(false).every((edge) => edge > 0 && edge < 256)).toBe(true);
});
