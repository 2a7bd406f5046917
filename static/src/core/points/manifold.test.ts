import { describe, expect, test } from "vitest";
import { classesByDistance, deviations, insideCircle } from "./manifold";

const row = (label: number, x: number, y: number, width: number) => ({
  label,
  count: 1,
  mean: [x, y],
  covariance: [
    [width ** 2 - 0.01, 0],
    [0, width ** 2 - 0.01],
  ] as const,
  posterior_variance: [0.01, 0.01],
});

describe("deviations", () => {
  test("agrees with numpy", () => {
    const covariance = [
      [1.2979, -0.3791],
      [-0.3791, 0.7372],
    ] as const;
    expect(deviations([1, 2], [0, 0], covariance)).toBeCloseTo(3.02599, 5);
  });

  test("counts in the width of the direction", () => {
    const covariance = [
      [4, 0],
      [0, 0.25],
    ] as const;
    expect(deviations([4, 1], [0, 1], covariance)).toBe(2);
    expect(deviations([0, 2], [0, 1], covariance)).toBe(2);
  });

  test("a Gaussian without width is infinitely far", () => {
    const flat = [
      [1, 1],
      [1, 1],
    ] as const;
    expect(deviations([1, 0], [0, 0], flat)).toBe(Number.POSITIVE_INFINITY);
  });
});

test("the nearest class is the one whose own width says so", () => {
  // Nearer to the narrow class in latent units, yet further out of it.
  const distances = classesByDistance([1, 0], [row(3, 0, 0, 0.25), row(8, 4, 0, 2)]);
  expect(distances.map(({ label }) => label)).toEqual([8, 3]);
  expect(distances[0]?.deviations).toBeCloseTo(1.5, 12);
  expect(distances[1]?.deviations).toBeCloseTo(4, 12);
});

test("insideCircle", () => {
  const circle = {
    coordinates: [0, 1] as [number, number],
    centre: [1, 0] as const,
    radius: 2,
    share: 0.99,
  };
  expect(insideCircle([2.9, 0], circle)).toBe(true);
  expect(insideCircle([-1.1, 0], circle)).toBe(false);
});
