import { describe, expect, it } from "vitest";
import { marginalOf, outline } from "./marginal";
import { pointsFromColumns } from "./points";

/** A repeatable stream of draws that look Gaussian: the sum of twelve uniform ones, less six. */
function draws(count: number, mean: number, deviation: number, seed: number): number[] {
  let state = seed;
  const uniform = (): number => {
    state = (1664525 * state + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
  return Array.from({ length: count }, () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += uniform();
    return mean + deviation * sum;
  });
}

const a = draws(600, -2, 0.5, 1);
const b = draws(300, 1, 1.5, 2);
const points = pointsFromColumns(
  [...a.map(() => 0), ...b.map(() => 1)],
  [...a, ...b],
  [...a, ...b].map((x) => 10 * x),
);

describe("marginalOf", () => {
  const marginal = marginalOf(points, 0, 3);
  const areas = marginal.densities.map((d) => d.reduce((sum, v) => sum + v, 0) * marginal.step);

  it("gives each class the area of its share of the points", () => {
    expect(areas[0]).toBeCloseTo(2 / 3, 6);
    expect(areas[1]).toBeCloseTo(1 / 3, 6);
    expect(areas[2]).toBe(0);
  });

  it("is the kernel density estimate", () => {
    const mean = b.reduce((sum, v) => sum + v, 0) / b.length;
    const variance = b.reduce((sum, v) => sum + (v - mean) ** 2, 0) / b.length;
    const h = 1.06 * Math.sqrt(variance) * b.length ** -0.2;
    const exact = (x: number): number =>
      b.reduce((sum, v) => sum + Math.exp(-0.5 * ((x - v) / h) ** 2), 0) /
      (points.count * h * Math.sqrt(2 * Math.PI));
    const density = marginal.densities[1] as Float64Array;
    const peak = Math.max(...density);
    for (let i = 0; i < density.length; i += 13) {
      const difference = (density[i] as number) - exact(marginal.low + i * marginal.step);
      expect(Math.abs(difference)).toBeLessThan(0.01 * peak);
    }
  });

  it("follows the axis that it is asked for", () => {
    const along = marginalOf(points, 1, 3);
    expect(along.step).toBeCloseTo(10 * marginal.step, 3);
  });

  it("has nothing to show of no points, and a peak where all are one", () => {
    expect(marginalOf(pointsFromColumns([], [], []), 0, 2).densities).toHaveLength(2);
    const one = marginalOf(pointsFromColumns([0, 0], [3, 3], [0, 0]), 0, 1);
    const density = one.densities[0] as Float64Array;
    expect(density.reduce((sum, v) => sum + v, 0) * one.step).toBeCloseTo(1, 6);
    expect(density.every(Number.isFinite)).toBe(true);
  });
});

describe("outline", () => {
  const density = Float64Array.of(0, 2, 0);

  it("stands on the axis below it", () => {
    const path = outline(density, 4, { length: 100, height: 10, upright: false });
    expect(path).toBe("M0.0,10.0L0.0,10.0L50.0,5.0L100.0,10.0L100.0,10.0Z");
  });

  it("or grows to the right of an axis that runs upwards", () => {
    const path = outline(density, 4, { length: 100, height: 10, upright: true });
    expect(path).toBe("M0.0,100.0L0.0,100.0L5.0,50.0L0.0,0.0L0.0,0.0Z");
  });
});
