// The worker that holds the onnxruntime-web sessions, so that the page itself never computes.

import wasmUrl from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import * as ort from "onnxruntime-web/wasm";
import { imageSize, type Model } from "../core/manifest";
import { type Decoded, EngineError, type Part, type Posterior } from "./engine";
import { fetchVerified } from "./fetch-verified";
import type { Call, Introduction, Reply } from "./protocol";
import { buffersOf, read } from "./read-release";

// The models are small: one thread answers sooner than several can be woken.
ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmPaths = { wasm: new URL(wasmUrl, import.meta.url).href };
ort.env.logLevel = "error";

// This file lies in assets/, the manifest's URLs start beside the page, one level up.
const base = new URL("../", import.meta.url).href;
const models = new Map<string, Model>();
const sessions = new Map<string, Promise<ort.InferenceSession>>();

function reply(message: Reply, transfer: Transferable[] = []): void {
  postMessage(message, { transfer });
}

/** Returns the session of a file, made once; a failure is forgotten so that it can be retried. */
function session(
  model: Model,
  part: Part,
  progress?: (share: number) => void,
): Promise<ort.InferenceSession> {
  const file = model[part];
  let made = sessions.get(file.sha256);
  if (made === undefined) {
    made = open(model, part, progress);
    sessions.set(file.sha256, made);
    made.catch(() => sessions.delete(file.sha256));
  }
  return made;
}

async function open(
  model: Model,
  part: Part,
  progress?: (share: number) => void,
): Promise<ort.InferenceSession> {
  // Whichever fails first is told at once: a missing runtime need not wait for the file.
  const [bytes] = await Promise.all([fetchVerified(model[part], base, progress), startRuntime()]);
  let opened: ort.InferenceSession;
  try {
    opened = await ort.InferenceSession.create(bytes, { graphOptimizationLevel: "all" });
  } catch {
    throw new EngineError("model", "its file is not a model this page can run");
  }
  // The first run plans memory; the reader should not wait for it.
  if (part === "decoder") await runDecoder(opened, model, new Float32Array(model.latent_size), [0]);
  else await runEncoder(opened, model, new Float32Array(imageSize(model)), 0);
  return opened;
}

let runtime: Promise<void> | null = null;

/** Compiles the runtime, while the first model is still on its way. */
function startRuntime(): Promise<void> {
  runtime ??= (async () => {
    if (typeof WebAssembly === "undefined") throw new Error("no WebAssembly");
    // Any graph starts the runtime, even one too broken to load; what matters is how it fails.
    await ort.InferenceSession.create(new Uint8Array(0)).catch((error: unknown) => {
      if (String(error).includes("no available backend")) throw error;
    });
  })().catch(() => {
    throw new EngineError("runtime", "WebAssembly cannot run here");
  });
  return runtime;
}

function oneHot(labels: readonly number[], classes: number): ort.Tensor {
  const rows = new Float32Array(labels.length * classes);
  for (const [row, label] of labels.entries()) rows[row * classes + label] = 1;
  return new ort.Tensor("float32", rows, [labels.length, classes]);
}

async function runDecoder(
  decoder: ort.InferenceSession,
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

async function runEncoder(
  encoder: ort.InferenceSession,
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

async function answer(call: Call): Promise<unknown> {
  if (call.kind === "file") {
    // Parsed here because a megabyte of JSON would hold the page up.
    const bytes = await fetchVerified(call.file, base);
    return read(new TextDecoder().decode(bytes), call.format);
  }
  const model = models.get(call.model);
  if (model === undefined) throw new EngineError("model", "it was never introduced");
  switch (call.kind) {
    case "load": {
      const report = (share: number): void => reply({ call: call.call, kind: "progress", share });
      await session(model, call.part, report);
      return null;
    }
    case "decode":
      return runDecoder(await session(model, "decoder"), model, call.z, call.labels);
    case "encode":
      return runEncoder(await session(model, "encoder"), model, call.pixels, call.label);
  }
}

addEventListener("message", async (event: MessageEvent<Introduction | Call>) => {
  if (event.data.kind === "model") {
    models.set(event.data.model.id, event.data.model);
    return;
  }
  const { call } = event.data;
  try {
    const result = await answer(event.data);
    reply({ call, kind: "done", result }, buffersOf(result));
  } catch (error) {
    const known = error instanceof EngineError;
    reply({
      call,
      kind: "failed",
      reason: known ? error.reason : "model",
      message: known ? error.message : "it failed while running",
    });
  }
});
