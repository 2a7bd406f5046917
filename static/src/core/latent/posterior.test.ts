import { describe, expect, test } from "vitest";
import { klToStandardNormal, reparameterize, sigmaOf, standardNormal, sum } from "./posterior";

describe("klToStandardNormal", () => {
  test("agrees with torch.distributions", () => {
    const kl = klToStandardNormal([1.2513, -0.5], [0.03555, 2]);
    expect(kl[0]).toBeCloseTo(3.6203, 4);
    expect(kl[1]).toBeCloseTo(0.9319, 4);
  });

  test("is nought for the prior itself, and above it for anything else", () => {
    expect(klToStandardNormal([0, 0], [1, 1])).toEqual([0, 0]);
    for (const [mu, sigma] of [
      [0.01, 1],
      [0, 0.99],
      [0, 1.01],
      [-3, 0.1],
    ] as const) {
      expect(klToStandardNormal([mu], [sigma])[0]).toBeGreaterThan(0);
    }
  });

  test("is what the integral of q log(q / p) gives", () => {
    const [mu, sigma, step] = [0.7, 0.4, 0.001];
    let integral = 0;
    for (let z = mu - 10 * sigma; z < mu + 10 * sigma; z += step) {
      const q = standardNormal((z - mu) / sigma) / sigma;
      integral += step * q * Math.log(q / standardNormal(z));
    }
    expect(klToStandardNormal([mu], [sigma])[0]).toBeCloseTo(integral, 5);
  });
});

test("sigma is the root of the variance whose logarithm the encoder gives", () => {
  expect(sigmaOf(Float32Array.of(0, 2, -2))).toEqual([1, Math.exp(1), Math.exp(-1)]);
});

test("z = mu + sigma · epsilon", () => {
  expect(reparameterize([1, -2], [0.5, 2], [-1, 3])).toEqual([0.5, 4]);
});

test("sum", () => {
  expect(sum([])).toBe(0);
  expect(sum([1, 2, 3.5])).toBe(6.5);
});
