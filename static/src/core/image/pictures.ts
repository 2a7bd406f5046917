// Images of a model as bytes, and what a file of them is called.

import type { Model } from "../release/manifest";

/** 0…1 → 0…255, as every picture on the page is drawn: rounded, half to even. */
export function toBytes(values: Float32Array): Uint8ClampedArray<ArrayBuffer> {
  const bytes = new Uint8ClampedArray(values.length);
  for (let i = 0; i < values.length; i++) bytes[i] = (values[i] as number) * 255;
  return bytes;
}

/** Images H×W×C in 0…1 → RGBA bytes (H, W, 4), opaque. */
export function toRgba(values: Float32Array, channels: number): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray((4 * values.length) / channels);
  const [green, blue] = channels === 1 ? [0, 0] : [1, 2];
  // One pass without calls: this stands between a model's answer and its picture.
  for (let to = 0, from = 0; to < rgba.length; to += 4, from += channels) {
    rgba[to] = (values[from] as number) * 255;
    rgba[to + 1] = (values[from + green] as number) * 255;
    rgba[to + 2] = (values[from + blue] as number) * 255;
    rgba[to + 3] = 255;
  }
  return rgba;
}

/** A file name has room for this many latents; of more it has the first few. */
const NAMED_LATENTS = 10;
const FIRST_LATENTS = 4;

/** "vae-2-z_0.42_-1.37", "cvae-2-label_7-z_0.00_0.00", "vae-100-z_0.10_0.20_0.30_0.40_and_96_more" */
export function pictureName(model: Model, z: readonly number[], label: number): string {
  const labelled = model.condition === "none" ? "" : `-label_${label}`;
  const all = z.length <= NAMED_LATENTS;
  const named = (all ? z : z.slice(0, FIRST_LATENTS)).map((value) =>
    value.toFixed(2).replace(/^-(0\.00)$/, "$1"),
  );
  const more = all ? "" : `_and_${z.length - FIRST_LATENTS}_more`;
  return `${model.id}${labelled}-z_${named.join("_")}${more}`;
}
