import { expect, test } from "vitest";
import { firstTwo, principal } from "./planes";

test("the first two latents are the point's, the others stay at their mean", () => {
  const lift = firstTwo({ latents: { mean: [9, 9, 3, -4], variance: [1, 1, 1, 1] } });
  expect(Array.from(lift(Float32Array.of(1, 2, 5, 6)))).toEqual([1, 2, 3, -4, 5, 6, 3, -4]);
});

test("lifting from the plane of the PCA undoes the projection onto it", () => {
  const axes: [number[], number[]] = [
    [0.6, 0.8, 0],
    [0, 0, 1],
  ];
  const origin = [1, -1, 2];
  const z = principal({ projection: "pca", origin, axes })(Float32Array.of(0, 0, 3, -2));
  expect(Array.from(z.subarray(0, 3))).toEqual(origin);
  const project = (axis: number[]): number =>
    axis.reduce((sum, a, k) => sum + a * ((z[3 + k] as number) - (origin[k] as number)), 0);
  expect(project(axes[0])).toBeCloseTo(3, 5);
  expect(project(axes[1])).toBeCloseTo(-2, 5);
});
