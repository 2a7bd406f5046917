// Runs a model's graphs: numbers in, through onnxruntime's tensors, and out again.

import * as ort from "onnxruntime-web/wasm";
import type { Model } from "../core/release/manifest";
import type { Decoded, Posterior } from "./engine";

export type Session = ort.InferenceSession;

/** Decodes n points, of n classes where the decoder is conditioned. */
export async function runDecoder(
  decoder: Session,
  model: Model,
  z: Float32Array,
  labels?: number[],
): Promise<Decoded> {
  const batch = z.length / model.latent_size;
  const feeds: Record<string, ort.Tensor> = {
    z: new ort.Tensor("float32", z, [batch, model.latent_size]),
  };
  if (model.condition !== "none") feeds.label = oneHot(labels ?? [], model.classes);
  const { image, class_probability } = await decoder.run(feeds);
  // Copies, because the runtime's own buffers cannot be given away.
  return {
    images: channelsLast((image as ort.Tensor).data as Float32Array, model),
    probabilities: class_probability ? (class_probability.data as Float32Array).slice() : null,
  };
}

/** Encodes one image, of a class where the encoder is conditioned. */
export async function runEncoder(
  encoder: Session,
  model: Model,
  pixels: Float32Array,
  label?: number,
): Promise<Posterior> {
  const { height, width, channels } = model.image;
  const image = channelsFirst(pixels, model);
  const feeds: Record<string, ort.Tensor> = {
    image: new ort.Tensor("float32", image, [1, channels, height, width]),
  };
  if (model.condition === "both") feeds.label = oneHot([label ?? 0], model.classes);
  const { mu, logvar } = await encoder.run(feeds);
  return {
    mu: Float32Array.from((mu as ort.Tensor).data as Float32Array),
    logvar: Float32Array.from((logvar?.data ?? []) as Float32Array),
  };
}

function oneHot(labels: readonly number[], classes: number): ort.Tensor {
  const rows = new Float32Array(labels.length * classes);
  for (const [row, label] of labels.entries()) rows[row * classes + label] = 1;
  return new ort.Tensor("float32", rows, [labels.length, classes]);
}

/** Turns images C×H×W into H×W×C, in a buffer of its own. */
function channelsLast(data: Float32Array, model: Model): Float32Array {
  const { height, width, channels } = model.image;
  if (channels === 1) return data.slice();
  const plane = height * width;
  const result = new Float32Array(data.length);
  for (let start = 0; start < data.length; start += plane * channels) {
    for (let c = 0; c < channels; c++) {
      for (let i = 0; i < plane; i++) {
        result[start + i * channels + c] = data[start + c * plane + i] as number;
      }
    }
  }
  return result;
}

/** Turns one image H×W×C into C×H×W. */
function channelsFirst(data: Float32Array, model: Model): Float32Array {
  const { height, width, channels } = model.image;
  if (channels === 1) return data;
  const plane = height * width;
  const result = new Float32Array(data.length);
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < channels; c++) result[c * plane + i] = data[i * channels + c] as number;
  }
  return result;
}
