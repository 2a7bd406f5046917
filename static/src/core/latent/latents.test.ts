import { describe, expect, it } from "vitest";
import { latentsOf } from "./latents";

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
});
