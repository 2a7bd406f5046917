import { describe, expect, it } from "vitest";
import { firstTwo, liftAround, moveInPlane, type Plane, project, projectVariance } from "./plane";

const PLANE: Plane = {
  origin: [1, 0, -1],
  axes: [
    [0.6, 0.8, 0],
    [0, 0, 1],
  ],
};

describe("a plane through many dimensions", () => {
  it("has its origin at (0, 0) and its axes at unit distance", () => {
    expect(project(PLANE, [1, 0, -1])).toEqual([0, 0]);
    expect(project(PLANE, [1.6, 0.8, -1])[0]).toBeCloseTo(1);
    expect(project(PLANE, [1, 0, 1])).toEqual([0, 2]);
  });

  it("is left only along what it does not show", () => {
    const z = [2, -3, 0.5];
    const moved = moveInPlane(PLANE, z, [-1, 4]);
    expect(project(PLANE, moved)[0]).toBeCloseTo(-1);
    expect(project(PLANE, moved)[1]).toBeCloseTo(4);
    const unseen = (v: readonly number[]): number =>
      0.8 * (v[0] as number) - 0.6 * (v[1] as number);
    expect(unseen(moved)).toBeCloseTo(unseen(z));
    expect(z).toEqual([2, -3, 0.5]);
  });

  it("shows the spread of independent latents", () => {
    const [[xx, xy], [yx, yy]] = projectVariance(PLANE, [1, 4, 9]);
    expect(xx).toBeCloseTo(0.36 + 0.64 * 4);
    expect([xy, yx, yy]).toEqual([0, 0, 9]);
  });

  it("is moved in exactly although its axes are rounded", () => {
    // Orthonormal up to a rounding coarser than a release's.
    const rounded: Plane = {
      origin: [0.5, -0.25, 1],
      axes: [
        [0.6, 0.8, 0],
        [-0.79, 0.61, 0],
      ],
    };
    const moved = moveInPlane(rounded, [1, 2, 3], [0.3, -0.7]);
    expect(project(rounded, moved)[0]).toBeCloseTo(0.3, 12);
    expect(project(rounded, moved)[1]).toBeCloseTo(-0.7, 12);
    expect(moved[2]).toBe(3);
  });

  it("is lifted into the space point by point", () => {
    const z = [2, -3, 0.5];
    const lifted = liftAround(PLANE, z)(Float32Array.of(0, 0, 1, -1));
    expect(lifted.length).toBe(6);
    expect(Array.from(lifted.subarray(3))).toEqual(moveInPlane(PLANE, z, [1, -1]).map(Math.fround));
  });
});

it("lifted through the first two latents, the others stay at their mean", () => {
  const lift = firstTwo({ latents: { mean: [9, 9, 3, -4], variance: [1, 1, 1, 1] } });
  expect(Array.from(lift(Float32Array.of(1, 2, 5, 6)))).toEqual([1, 2, 3, -4, 5, 6, 3, -4]);
});
