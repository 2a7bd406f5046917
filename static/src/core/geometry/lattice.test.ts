import { expect, test } from "vitest";
import { embed, latticeSites } from "./lattice";
import { squareOf } from "./viewport";

test("sites are the middles of their tiles, from the top left", () => {
  const sites = latticeSites({ min: [0, 0], max: [4, 2] }, 2, 2);
  expect(Array.from(sites)).toEqual([1, 1.5, 3, 1.5, 1, 0.5, 3, 0.5]);
});

test("a square lattice around a point has it in its middle and keeps its step", () => {
  const sites = latticeSites(squareOf({ centre: [1, -1], scale: 1.5 }), 3, 3);
  expect(Array.from(sites.subarray(8, 10))).toEqual([1, -1]);
  expect(Array.from(sites.subarray(0, 4))).toEqual([0.5, -0.5, 1, -0.5]);
});

test("points of a plane keep the other latents", () => {
  const z = embed(Float32Array.of(5, 6, 7, 8), [1, 2, 3, 4]);
  expect(Array.from(z)).toEqual([5, 6, 3, 4, 7, 8, 3, 4]);
});
