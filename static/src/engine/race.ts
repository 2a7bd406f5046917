// Lets a second runtime decode beside the one at work, and says whether it should take over.

import { gaussian } from "../core/latent/random";
import type { Model } from "../core/release/manifest";
import type { Decoded } from "./engine";

/** Images of more numbers come from models that other runtimes may decode faster. */
const LARGE = 4000;
const ROUNDS = 15;
/** So long the rounds may take together; a runtime that is much too slow is found out at once. */
const BUDGET_MS = 2000;
/** Taking over costs memory and a copy of the model: a hair's breadth is not worth it. */
const WORTH_IT = 0.8;
/** Half a step of an image of bytes: nobody can see less. */
const TOLERANCE = 0.5 / 255;

export interface Decoder {
  decode(model: Model, z: Float32Array, labels?: number[]): Promise<Decoded>;
}

/** Whether a model is worth a race: small ones answer before another runtime could be woken. */
export function isLarge(model: Model): boolean {
  const { height, width, channels } = model.image;
  return height * width * channels > LARGE;
}

/**
 * Whether a rival decodes the same images, and faster.
 *
 * Both decode the same points by turns, so that whatever else the machine does slows both.
 *
 * @param incumbent what runs the model now.
 * @throws what a runtime that fails throws.
 */
export async function winsAgainst(
  rival: Decoder,
  incumbent: Decoder,
  model: Model,
): Promise<boolean> {
  const draw = gaussian(1);
  const times = { rival: [] as number[], incumbent: [] as number[] };
  const end = performance.now() + BUDGET_MS;
  while (times.rival.length < ROUNDS && performance.now() < end) {
    const z = Float32Array.from({ length: model.latent_size }, draw);
    const expected = await timed(incumbent, model, z, times.incumbent);
    const images = await timed(rival, model, z, times.rival);
    if (!agree(images, expected)) return false;
  }
  return isFaster(times.rival, times.incumbent);
}

/** Whether two runtimes decoded the same images, as far as an eye can tell. */
export function agree(images: Float32Array, expected: Float32Array): boolean {
  // Not a number is no image, hence the comparison that it fails.
  return (
    images.length === expected.length &&
    images.every((value, i) => Math.abs(value - (expected[i] as number)) < TOLERANCE)
  );
}

/** Whether one of two runtimes is clearly faster, its slow runs included; times of the same work. */
export function isFaster(rival: readonly number[], incumbent: readonly number[]): boolean {
  return (
    quantile(rival, 0.5) < WORTH_IT * quantile(incumbent, 0.5) &&
    quantile(rival, 0.9) <= quantile(incumbent, 0.9)
  );
}

async function timed(
  decoder: Decoder,
  model: Model,
  z: Float32Array,
  times: number[],
): Promise<Float32Array> {
  const start = performance.now();
  const { images } = await decoder.decode(model, z, model.condition === "none" ? undefined : [0]);
  times.push(performance.now() - start);
  return images;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(share * sorted.length)] as number;
}
