import { expect, test } from "vitest";
import { normalCdf, normalQuantile, withinUnit } from "./quantiles";

// By the standard library of Python: statistics.NormalDist().cdf.
const CDF = [
  [-4, 3.167124183311998e-5],
  [-2.5, 0.006209665325776159],
  [-1, 0.15865525393145707],
  [0, 0.5],
  [0.3, 0.6179114221889526],
  [1.96, 0.9750021048517796],
  [4, 0.9999683287581669],
] as const;

test("Φ is that of the tables", () => {
  for (const [z, share] of CDF) expect(normalCdf(z)).toBeCloseTo(share, 14);
  expect([normalCdf(-1e9), normalCdf(1e9), normalCdf(Number.NaN)]).toEqual([0, 1, Number.NaN]);
});

test("its inverse undoes it, everywhere that a map shows", () => {
  for (const [z, share] of CDF) expect(normalQuantile(share)).toBeCloseTo(z, 9);
  for (let z = -5; z <= 5; z += 0.01) expect(normalQuantile(normalCdf(z))).toBeCloseTo(z, 8);
  for (let share = 0.001; share < 1; share += 0.001) {
    expect(normalCdf(normalQuantile(share))).toBeCloseTo(share, 12);
  }
});

test("what lies beyond the unit square is at its edge", () => {
  for (const share of [1, 1.05, Infinity]) expect(normalQuantile(share)).toBeCloseTo(5, 8);
  for (const share of [0, -0.05, -Infinity]) expect(normalQuantile(share)).toBeCloseTo(-5, 8);
  expect(normalQuantile(Number.NaN)).toBeNaN();
  const seen = withinUnit({ min: [-0.05, 0.25], max: [0.5, 1.2] });
  expect(seen).toEqual({ min: [0, 0.25], max: [0.5, 1] });
});
