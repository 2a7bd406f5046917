import { expect, test } from "vitest";
import { type Point, toPixel } from "../geometry/viewport";
import { heatPicture } from "./heat";

const view = { centre: [0, 0], scale: 10 } as const;
const size = { width: 100, height: 100 };
const pixelOf = (z: Point): Point => toPixel(view, size, z);
const heat = (...cells: [x: number, y: number, side: number, share: number][]) => ({
  z: Float32Array.from(cells.flatMap((cell) => cell.slice(0, 2))),
  sides: Float32Array.from(cells.flatMap(([, , side]) => [side, side])),
  shares: Float32Array.from(cells, ([, , , share]) => share),
});

test("a cell covers its pixels, and the densest is the most opaque", () => {
  // Ten pixels a unit, y up: one cell in the middle, a denser one to its upper right.
  const picture = heatPicture(heat([0.5, -0.5, 1, 0.2], [1.25, 0.25, 0.5, 0.2]), pixelOf, size);
  expect(picture).toMatchObject({ left: 50, top: 45, width: 15, height: 15 });
  const at = (x: number, y: number): number => picture?.opacity[(y - 45) * 15 + x - 50] as number;
  expect(at(62, 47)).toBe(216);
  expect(at(55, 55)).toBe(108); // a quarter of the density
  expect(at(55, 47)).toBe(0);
});

test("cells smaller than a pixel add up in it", () => {
  const picture = heatPicture(
    heat([0.02, -0.02, 0.02, 0.5], [0.06, -0.06, 0.02, 0.4]),
    pixelOf,
    size,
  );
  expect(picture).toMatchObject({ left: 50, top: 50, width: 1, height: 1 });
  expect(picture?.opacity[0]).toBe(216);
});

test("what lies beyond the map is cut off, or nothing at all", () => {
  expect(heatPicture(heat([5, 5, 1, 1]), pixelOf, size)).toMatchObject({
    left: 95,
    top: 0,
    width: 5,
    height: 5,
  });
  expect(heatPicture(heat([7, 7, 1, 1]), pixelOf, size)).toBeNull();
  expect(heatPicture(heat(), pixelOf, size)).toBeNull();
});
