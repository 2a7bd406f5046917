import { describe, expect, test } from "vitest";
import { bernoulliCrossEntropy, squaredError } from "./reconstruction";

describe("bernoulliCrossEntropy", () => {
  test("agrees with torch's binary_cross_entropy", () => {
    const nats = bernoulliCrossEntropy([0, 0.5, 1, 0.25], [0.1, 0.5, 0.8, 0.9]);
    expect(nats).toBeCloseTo(2.7749, 4);
  });

  test("a coin costs ln 2, certainty that is right costs nothing", () => {
    expect(bernoulliCrossEntropy([1, 0], [0.5, 0.5])).toBeCloseTo(2 * Math.LN2, 12);
    expect(bernoulliCrossEntropy([1, 0], [1, 0])).toBe(0);
  });

  test("certainty that is wrong costs much, but not infinitely", () => {
    expect(bernoulliCrossEntropy([1], [0])).toBeGreaterThan(80);
    expect(bernoulliCrossEntropy([0], [1])).toBeCloseTo(25 * Math.LN2, 6);
    // What float32 can still tell apart is taken as it is.
    expect(bernoulliCrossEntropy([1], [1e-20])).toBeCloseTo(20 * Math.LN10, 6);
  });

  test("no answer is better for a grey pixel than its own grey", () => {
    const at = (p: number): number => bernoulliCrossEntropy([0.3], [p]);
    expect(at(0.3)).toBeLessThan(at(0.29));
    expect(at(0.3)).toBeLessThan(at(0.31));
  });
});

test("squaredError", () => {
  expect(squaredError([0, 1, 0.5], [0, 1, 0.5])).toBe(0);
  expect(squaredError([0, 1, 0.5], [1, 0.5, 0.5])).toBe(1.25);
});
