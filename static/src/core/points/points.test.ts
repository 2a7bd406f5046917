import { describe, expect, it } from "vitest";
import { boundsOf, pointStyle, pointsFromColumns, statisticsOf } from "./points";

const four = pointsFromColumns([0, 0, 1, 1], [-1, 1, 4, 6], [0, 2, -3, -5]);

describe("points", () => {
  it("interleave their columns", () => {
    expect(four.count).toBe(4);
    expect([...four.xy]).toEqual([-1, 0, 1, 2, 4, -3, 6, -5]);
    expect([...four.labels]).toEqual([0, 0, 1, 1]);
  });

  it("refuse columns of different lengths", () => {
    expect(() => pointsFromColumns([0, 1], [1], [1, 2])).toThrow(RangeError);
  });

  it("know the box around them, and skip what is not a number", () => {
    expect(boundsOf(four)).toEqual({ min: [-1, -5], max: [6, 2] });
    expect(boundsOf(pointsFromColumns([0, 0], [Number.NaN, 1], [5, 2]))).toEqual({
      min: [1, 2],
      max: [1, 2],
    });
    expect(boundsOf(pointsFromColumns([], [], []))).toBeNull();
  });

  it("have a mean and a covariance for each class", () => {
    const [zero, one] = statisticsOf(four);
    expect(zero).toEqual({
      label: 0,
      count: 2,
      mean: [0, 1],
      covariance: [
        [1, 1],
        [1, 1],
      ],
    });
    expect(one?.mean).toEqual([5, -4]);
    expect(one?.covariance[0][1]).toBeCloseTo(-1);
  });
});

describe("the size of a point", () => {
  it("shrinks with the crowd and grows with the zoom, less than the zoom", () => {
    const home = pointStyle(60_000, 600 * 600, 1);
    expect(pointStyle(1_000_000, 600 * 600, 1).diameter).toBeLessThan(home.diameter);
    const near = pointStyle(60_000, 600 * 600, 8);
    expect(near.diameter).toBeGreaterThan(home.diameter);
    expect(near.diameter).toBeLessThan(8 * home.diameter);
  });

  it("stays visible and blendable in eight bits", () => {
    const style = pointStyle(10_000_000, 280 * 280, 0.3);
    expect(style.diameter).toBeGreaterThanOrEqual(1.5);
    expect(style.opacity).toBeGreaterThanOrEqual(0.25);
  });
});
