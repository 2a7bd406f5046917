import { expect, test } from "vitest";
import { PLAIN, QUANTILES } from "../geometry/quantiles";
import type { Bounds } from "../geometry/viewport";
import type { Regions } from "../release/release";
import { boundsOfRegions, paintRegions, warpPixels } from "./regions";

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

test("in quantiles a cell is as wide as the prior's share of it", () => {
  const bounds: Bounds = { min: [-4, -2], max: [4, 2] };
  // Eight columns of a unit each, in two rows.
  const pixels = new Uint8ClampedArray(Uint32Array.from({ length: 16 }, (_, i) => i).buffer);
  expect(warpPixels(pixels, [8, 2], bounds, PLAIN)).toEqual(pixels);
  const warped = warpPixels(pixels, [8, 2], bounds, QUANTILES);
  // Eighths of N(0, 1): beyond 1.15 once, from there to 0.67 and on to 0 three times.
  const row = [2, 3, 3, 3, 4, 4, 4, 5];
  expect(Array.from(new Uint32Array(warped.buffer))).toEqual([...row, ...row.map((i) => i + 8)]);
});
