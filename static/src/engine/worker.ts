// The worker that runs models, so that the page itself never computes: it answers the page's calls.

import glueUrl from "onnxruntime-web/ort-wasm-simd-threaded.mjs?url";
import wasmUrl from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import { env, InferenceSession } from "onnxruntime-web/wasm";
import { once } from "../core/async/once";
import { stallWatch } from "../core/async/stall";
import { type FileEntry, imageSize, type Model } from "../core/release/manifest";
import { EngineError, type Part } from "./engine";
import { fetchVerified } from "./fetch-verified";
import { runDecoder, runEncoder } from "./graphs";
import { PlaneInference } from "./plane-inference";
import type { Call, Reply } from "./protocol";
import { buffersOf, read } from "./read-release";

/** Threads that have not started by then, once the runtime is there, never will. */
const THREADS_TIMEOUT_MS = 10_000;

// The worker's name says how many threads it has and, on another host's page, where the runtime is:
// there this script has no address of its own, and the manifest's URLs are absolute.
const [count, given] = self.name.split(" ");
// Workers lie in assets/, the manifest's URLs start beside the page, one level up.
const base = given === undefined ? new URL("../", import.meta.url).href : location.href;
const wasm = given ?? new URL(wasmUrl, import.meta.url).href;
declare const __RUNTIME_BYTES__: number;
/** Of the runtime's bytes come over the wire: a sixth; of a model's nearly all. */
const RUNTIME_WEIGHT = __RUNTIME_BYTES__ / 6;

const threads = Number(count) || 1;
env.logLevel = "error";
env.wasm.numThreads = threads;
env.wasm.wasmPaths = { wasm };
if (threads > 1) {
  env.wasm.initTimeout = THREADS_TIMEOUT_MS;
  // A thread starts with a module of its own: with this file it would answer the page, too.
  env.wasm.wasmPaths = { wasm, mjs: new URL(glueUrl, import.meta.url).href };
}

// The runtime's loader would wait for ever for a transfer that has stalled; one that fails it repeats.
const plainFetch = self.fetch;
self.fetch = async (input, init) => {
  if (String(input) !== wasm) return plainFetch(input, init);
  const { signal, moved, done } = stallWatch();
  const response = await plainFetch(input, { ...init, signal }).finally(done);
  moved();
  const write = (bytes: Uint8Array): void => {
    moved();
    runtimeArrives(bytes.length / __RUNTIME_BYTES__);
  };
  const watch = new WritableStream({ write, close: done, abort: done });
  response.clone().body?.pipeTo(watch).catch(done);
  return response;
};

/** How much of the runtime has arrived, 0…1, and who is told. */
let runtimeShare = 0;
const runtimeWatchers = new Set<() => void>();

function runtimeArrives(share: number): void {
  runtimeShare = Math.min(1, runtimeShare + share);
  for (const tell of runtimeWatchers) tell();
}

const models = new Map<string, Model>();
/** By the hash of their files. */
const sessions = new Map<string, Promise<InferenceSession>>();
let runtime: Promise<void> | null = null;
let turn: Promise<unknown> = Promise.resolve();
const plane = new PlaneInference(async (model, z, label) => {
  const decoder = await session(model, "decoder");
  const labels = Array<number>(z.length / model.latent_size).fill(label ?? 0);
  return (await inTurn(() => runDecoder(decoder, model, z, labels))).images;
});

addEventListener("message", ({ data }: MessageEvent<Call>) => void reply(data));
// Of no call: it tells the page that this script has arrived.
postMessage({ call: -1, kind: "progress", share: 0 } satisfies Reply);

async function reply(asked: Call): Promise<void> {
  const { call } = asked;
  const post = (message: Reply, transfer: Transferable[] = []): void =>
    postMessage(message, { transfer });
  try {
    const result = await answer(asked, (share) => post({ call, kind: "progress", share }));
    post({ call, kind: "done", result }, buffersOf(result));
  } catch (error) {
    const { reason, message } =
      error instanceof EngineError ? error : new EngineError("model", "it failed while running");
    post({ call, kind: "failed", reason, message });
  }
}

/** @throws EngineError, or whatever the runtime throws. */
async function answer(call: Call, progress: (share: number) => void): Promise<unknown> {
  if (call.kind === "file") {
    // Parsed here because a megabyte of JSON would hold the page up.
    const bytes = await fetchVerified(call.file, base);
    return read(new TextDecoder().decode(bytes), call.format);
  }
  if (call.introduced !== undefined) models.set(call.model, call.introduced);
  const model = models.get(call.model) as Model;
  switch (call.kind) {
    case "load":
      await session(model, call.part, progress);
      return null;
    case "decode": {
      const decoder = await session(model, "decoder");
      return inTurn(() => runDecoder(decoder, model, call.z, call.labels));
    }
    case "encode": {
      const encoder = await session(model, "encoder");
      return inTurn(() => runEncoder(encoder, model, call.pixels, call.label));
    }
    case "reconstruct": {
      const encoder = await session(model, "encoder");
      const decoder = await session(model, "decoder");
      return inTurn(async () => {
        const posterior = await runEncoder(encoder, model, call.pixels, call.label);
        const labels = call.label === undefined ? undefined : [call.label];
        const { images } = await runDecoder(decoder, model, posterior.mu, labels);
        return { ...posterior, image: images };
      });
    }
    case "lattice":
      await plane.prepare(model, call.label);
      return null;
    case "posterior":
      return plane.answer(model, call);
  }
}

/** Runs one job after another: the runtime refuses a second run within the first. */
function inTurn<Output>(job: () => Promise<Output>): Promise<Output> {
  const done = turn.then(job);
  turn = done.catch(() => {});
  return done;
}

function session(
  model: Model,
  part: Part,
  progress?: (share: number) => void,
): Promise<InferenceSession> {
  const file = model[part];
  if (file === undefined) return Promise.reject(new EngineError("model", `it has no ${part}`));
  return once(sessions, file.sha256, () => open(model, part, file, progress));
}

async function open(
  model: Model,
  part: Part,
  file: FileEntry,
  progress?: (share: number) => void,
): Promise<InferenceSession> {
  runtime ??= startRuntime().then(() => {
    runtimeShare = 1;
  });
  // A runtime that is there already is no part of what is loading.
  const weight = runtimeShare < 1 ? RUNTIME_WEIGHT : 0;
  let fileShare = 0;
  const tell = (): void =>
    progress?.((fileShare * file.bytes + runtimeShare * weight) / (file.bytes + weight));
  const fetched = fetchVerified(file, base, (share) => {
    fileShare = share;
    tell();
  });
  runtimeWatchers.add(tell);
  // Whichever fails first is told at once: a missing runtime need not wait for the file.
  const [bytes] = await Promise.all([fetched, runtime]).finally(() => runtimeWatchers.delete(tell));
  return inTurn(async () => {
    const opened = await InferenceSession.create(bytes, { graphOptimizationLevel: "all" }).catch(
      () => {
        throw new EngineError("model", "its file is not a model this page can run");
      },
    );
    // The first run plans memory; the reader should not wait for it.
    if (part === "decoder")
      await runDecoder(opened, model, new Float32Array(model.latent_size), [0]);
    else await runEncoder(opened, model, new Float32Array(imageSize(model)), 0);
    return opened;
  });
}

/** Compiles the runtime, while the first model is still loading. */
async function startRuntime(): Promise<void> {
  try {
    // Threads are waited for from when their code is in the browser's cache.
    if (threads > 1) await (await fetch(wasm)).arrayBuffer();
    // Any graph starts the runtime, even one too broken to load; what matters is how it fails.
    await InferenceSession.create(new Uint8Array(0)).catch((error: unknown) => {
      if (String(error).includes("no available backend")) throw error;
    });
  } catch {
    if (!canRun()) throw new EngineError("runtime", "WebAssembly cannot run here");
    // A cache may have it damaged: the next worker is to find it whole.
    await fetch(wasm, { cache: "reload" }).catch(() => {});
    throw new EngineError("start", "the runtime did not arrive whole; is the network gone?");
  }
}

function canRun(): boolean {
  try {
    return Boolean(new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)));
  } catch {
    return false;
  }
}
