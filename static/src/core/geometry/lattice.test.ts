import { expect, test } from "vitest";
import { boundsAround, embed, inscribedSquare, latticeSites } from "./lattice";

test("sites are the middles of their tiles, from the top left", () => {
  const sites = latticeSites({ min: [0, 0], max: [4, 2] }, 2, 2);
  expect(Array.from(sites)).toEqual([1, 1.5, 3, 1.5, 1, 0.5, 3, 0.5]);
});

test("a lattice around a point has it in its middle and keeps its step", () => {
  const sites = latticeSites(boundsAround([1, -1], 0.5, 3, 3), 3, 3);
  expect(Array.from(sites.subarray(8, 10))).toEqual([1, -1]);
  expect(Array.from(sites.subarray(0, 4))).toEqual([0.5, -0.5, 1, -0.5]);
});

test("the corners of an inscribed square lie on the circle", () => {
  const { min, max } = inscribedSquare([1, 2], 5);
  expect(Math.hypot(min[0] - 1, min[1] - 2)).toBeCloseTo(5, 10);
  expect(Math.hypot(max[0] - 1, max[1] - 2)).toBeCloseTo(5, 10);
});

test("points of a plane keep the other latents", () => {
  const z = embed(Float32Array.of(5, 6, 7, 8), [1, 2, 3, 4], [3, 0]);
  expect(Array.from(z)).toEqual([6, 2, 3, 5, 8, 2, 3, 7]);
});
