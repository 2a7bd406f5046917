// A draw of a face from the prior, by a seed that a link can hold.

import { MOST_SEED, type Source } from "../../core/latent/attributes";

/** Returns a draw of another seed; another visit sees others. */
export function randomSample(): Extract<Source, { kind: "sample" }> {
  return { kind: "sample", seed: 1 + Math.floor(Math.random() * MOST_SEED) };
}
