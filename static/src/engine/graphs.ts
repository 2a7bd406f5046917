// Runs a model's graphs: numbers in, through onnxruntime's tensors, and out again.

import { type InferenceSession, Tensor } from "onnxruntime-web/wasm";
import type { Model } from "../core/release/manifest";
import type { Decoded, Posterior } from "./engine";

/** Decodes n points, of n classes where the decoder is conditioned. */
export async function runDecoder(
  decoder: InferenceSession,
  model: Model,
  z: Float32Array,
  labels?: number[],
): Promise<Decoded> {
  const batch = z.length / model.latent_size;
  const feeds: Record<string, Tensor> = {
    z: new Tensor("float32", z, [batch, model.latent_size]),
  };
  if (model.condition !== "none") feeds.label = oneHot(labels ?? [], model.classes);
  const { image, class_probability } = await decoder.run(feeds);
  const { height, width, channels } = model.image;
  // Copies, because the runtime's own buffers cannot be given away.
  return {
    images: transposed((image as Tensor).data as Float32Array, channels, height * width),
    probabilities: class_probability ? (class_probability.data as Float32Array).slice() : null,
  };
}

/** Encodes one image, of a class where the encoder is conditioned. */
export async function runEncoder(
  encoder: InferenceSession,
  model: Model,
  pixels: Float32Array,
  label?: number,
): Promise<Posterior> {
  const { height, width, channels } = model.image;
  const image = transposed(pixels, height * width, channels);
  const feeds: Record<string, Tensor> = {
    image: new Tensor("float32", image, [1, channels, height, width]),
  };
  if (model.condition === "both") feeds.label = oneHot([label ?? 0], model.classes);
  const { mu, logvar } = await encoder.run(feeds);
  return {
    mu: Float32Array.from((mu as Tensor).data as Float32Array),
    logvar: Float32Array.from((logvar?.data ?? []) as Float32Array),
  };
}

function oneHot(labels: readonly number[], classes: number): Tensor {
  const rows = new Float32Array(labels.length * classes);
  for (const [row, label] of labels.entries()) rows[row * classes + label] = 1;
  return new Tensor("float32", rows, [labels.length, classes]);
}

/** Swaps the axes of n matrices, (n, rows, columns) → (n, columns, rows), in a buffer of its own. */
function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  if (rows === 1 || columns === 1) return data.slice();
  const result = new Float32Array(data.length);
  for (let start = 0; start < data.length; start += rows * columns) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        result[start + column * rows + row] = data[start + row * columns + column] as number;
      }
    }
  }
  return result;
}
