import { expect, test } from "vitest";
import type { Regions } from "../release/release";
import { boundsOfRegions, paintRegions } from "./regions";

const regions: Regions = {
  size: [3, 2],
  origin: [-1, 0],
  step: 0.5,
  levels: [0.5, 0.9],
  rows: [
    [0, 2, 3],
    [0, 0, 1, 1, 1, 2],
  ],
};

test("cells are centred on their grid points", () => {
  expect(boundsOfRegions(regions)).toEqual({ min: [-1.25, -0.25], max: [0.25, 0.75] });
});

test("the highest row is painted first, and certainty is opaque", () => {
  const pixels = paintRegions(regions, [1, 0, 0, 0, 0, 1]);
  const cell = (row: number, column: number): number[] =>
    Array.from(pixels.slice(4 * (3 * row + column), 4 * (3 * row + column) + 4));
  expect(cell(0, 0).slice(0, 3)).toEqual([255, 0, 0]);
  expect(cell(0, 1).slice(0, 3)).toEqual([0, 0, 255]);
  expect(cell(1, 2).slice(0, 3)).toEqual([255, 0, 0]);
  const opacity = [cell(0, 0), cell(0, 1), cell(1, 0)].map((one) => one[3] as number);
  expect(opacity).toEqual([...opacity].sort((a, b) => a - b));
  expect(new Set(opacity).size).toBe(3);
});

test("a row that its runs do not fill is refused", () => {
  expect(() => paintRegions({ ...regions, rows: [[0, 2, 2]] }, [1, 0, 0])).toThrow("filled");
});
