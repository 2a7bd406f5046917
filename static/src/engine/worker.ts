// The worker that runs models, so that the page itself never computes: it answers the page's calls.

import glueUrl from "onnxruntime-web/ort-wasm-simd-threaded.mjs?url";
import wasmUrl from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import { env } from "onnxruntime-web/wasm";
import { EngineError } from "./engine";
import { ModelRunner } from "./model-runner";
import type { Call, Notice, Reply } from "./protocol";
import { buffersOf } from "./read-release";

/** Threads that have not started by then never will; one thread is not waited for like that. */
const THREADS_TIMEOUT_MS = 60_000;

const wasm = new URL(wasmUrl, import.meta.url).href;
env.wasm.wasmPaths = { wasm };
env.wasm.numThreads = 1;
env.logLevel = "error";

const runner = new ModelRunner();

addEventListener("message", ({ data }: MessageEvent<Notice | Call>) => {
  if ("call" in data) void reply(data);
  else if (data.kind === "model") runner.introduce(data.model);
  else useThreads(data.count);
});

function useThreads(count: number): void {
  env.wasm.numThreads = count;
  env.wasm.initTimeout = THREADS_TIMEOUT_MS;
  // A thread starts with a module of its own: with this file it would answer the page, too.
  env.wasm.wasmPaths = { wasm, mjs: new URL(glueUrl, import.meta.url).href };
}

async function reply(asked: Call): Promise<void> {
  const { call } = asked;
  const post = (message: Reply, transfer: Transferable[] = []): void =>
    postMessage(message, { transfer });
  try {
    const result = await runner.answer(asked, (share) => post({ call, kind: "progress", share }));
    post({ call, kind: "done", result }, buffersOf(result));
  } catch (error) {
    const known = error instanceof EngineError;
    post({
      call,
      kind: "failed",
      reason: known ? error.reason : "model",
      message: known ? error.message : "it failed while running",
    });
  }
}
