import { describe, expect, test } from "vitest";
import { gaussian, uniform } from "./random";

const draw = (source: () => number, count: number): number[] =>
  Array.from({ length: count }, () => source());

describe("gaussian", () => {
  test("has the moments and the tails of N(0, 1)", () => {
    const draws = draw(gaussian(3), 100_000);
    const moment = (power: number): number =>
      draws.reduce((total, value) => total + value ** power, 0) / draws.length;
    expect(moment(1)).toBeCloseTo(0, 1);
    expect(moment(2)).toBeCloseTo(1, 1);
    expect(moment(3)).toBeCloseTo(0, 1);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.1);
    const beyond = draws.filter((value) => Math.abs(value) > 1.96).length / draws.length;
    expect(beyond).toBeGreaterThan(0.047);
    expect(beyond).toBeLessThan(0.053);
    expect(draws.every(Number.isFinite)).toBe(true);
  });

  test("neighbouring draws have nothing to do with each other", () => {
    const draws = draw(gaussian(4), 50_000);
    const products = draws.slice(1).map((value, i) => value * (draws[i] as number));
    const mean = products.reduce((total, value) => total + value, 0) / products.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
  });

  test("the same seed gives the same draws, another one others", () => {
    expect(draw(gaussian(7), 9)).toEqual(draw(gaussian(7), 9));
    expect(draw(gaussian(7), 9)).not.toEqual(draw(gaussian(8), 9));
  });
});

test("uniform fills [0, 1) evenly", () => {
  const counts = Array<number>(10).fill(0);
  for (const value of draw(uniform(1), 100_000)) {
    counts[Math.floor(10 * value)] = (counts[Math.floor(10 * value)] as number) + 1;
  }
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
});
