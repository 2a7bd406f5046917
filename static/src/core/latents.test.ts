import { describe, expect, it } from "vitest";
import { latentsOf, reparameterize, standardNormal } from "./latents";

describe("the latents", () => {
  it("range over three standard deviations of the aggregate posterior", () => {
    const [used, unused] = latentsOf({
      latents: {
        mean: [1, 0],
        variance: [3, 0],
        posterior_variance: [1, 1],
        kl: [2.5, 0],
        active: [true, false],
      },
    });
    expect(used).toEqual({ low: -5, high: 7, rest: 1, active: true, kl: 2.5 });
    expect(unused).toEqual({ low: -3, high: 3, rest: 0, active: false, kl: 0 });
  });

  it("are all used by an autoencoder, and cost it no nats", () => {
    const [only] = latentsOf({ latents: { mean: [0], variance: [4] } });
    expect(only).toEqual({ low: -6, high: 6, rest: 0, active: true, kl: null });
  });

  it("are drawn from N(0, 1)", () => {
    // A linear congruential generator: the draws are the same in every run.
    let seed = 1;
    const random = (): number => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return seed / 2 ** 32;
    };
    const draws = standardNormal(20_000, random);
    const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(variance - 1)).toBeLessThan(0.03);
    expect(standardNormal(3, () => 0).every(Number.isFinite)).toBe(true);
  });

  it("are moved from μ by σ · ε", () => {
    expect(reparameterize([1, 2], [0.5, 3], [2, -1])).toEqual([2, -1]);
  });
});
