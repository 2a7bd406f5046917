// The worker that runs models on the processor, so that the page itself never computes.

import glueUrl from "onnxruntime-web/ort-wasm-simd-threaded.mjs?url";
import wasmUrl from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import * as ort from "onnxruntime-web/wasm";
import { serve } from "./model-runner";

const wasm = new URL(wasmUrl, import.meta.url).href;
ort.env.wasm.wasmPaths = { wasm };

serve(ort, "wasm", (count) => {
  ort.env.wasm.numThreads = count;
  // A thread starts with a module of its own: with this file it would answer the page, too.
  ort.env.wasm.wasmPaths = { wasm, mjs: new URL(glueUrl, import.meta.url).href };
});
