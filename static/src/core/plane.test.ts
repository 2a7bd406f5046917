import { describe, expect, it } from "vitest";
import { moveInPlane, type Plane, project, projectVariance } from "./plane";

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
});
