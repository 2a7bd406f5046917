// The worker that runs large models on the graphics processor, where that is faster.

// Of the builds with WebGPU this one is the smallest (17 MB against 27); it needs JavaScript
// Promise Integration, which browsers with WebGPU have or are about to have.
import * as ort from "onnxruntime-web/jspi";
import wasmUrl from "onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url";
import { serve } from "./model-runner";

ort.env.wasm.wasmPaths = { wasm: new URL(wasmUrl, import.meta.url).href };
serve(ort, "webgpu");
