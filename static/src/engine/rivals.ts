// The workers that run models: the first, and those that may run large ones faster.

import { Lane } from "./worker-client";
import { isSparing } from "./network";

/** More threads than this wait for each other more than they help. */
const MOST_THREADS = 4;

/** What is asked of WebGPU here. */
interface Gpu {
  requestAdapter(): Promise<{ info?: { isFallbackAdapter?: boolean } } | null>;
}

/** Starts the worker that every model begins in: one thread, which small ones need no more than. */
export function firstLane(): Lane {
  return new Lane(wasmWorker());
}

/** Starts what this browser has beside it. */
export async function findRivals(): Promise<Lane[]> {
  const lanes: Lane[] = [];
  const threads = threadsToTry(navigator.hardwareConcurrency, globalThis.crossOriginIsolated);
  if (threads > 1) lanes.push(new Lane(wasmWorker(), false, threads));
  if (await hasGraphicsProcessor()) lanes.push(new Lane(webgpuWorker(), true));
  return lanes;
}

/**
 * How many threads might decode a large model faster; one where there is no choice.
 *
 * A core stays the page's own. Threads wait for the last of them: of a face decoder on two cores,
 * two had the better median on a quiet machine (3.2 ms for 5.2), the worse on a busy one (10 for 8).
 *
 * @param isolated whether the page may share memory between threads.
 */
export function threadsToTry(cores: number, isolated: boolean): number {
  return isolated ? Math.max(1, Math.min(cores - 1, MOST_THREADS)) : 1;
}

/** Whether WebGPU is here, on real hardware, and its megabytes may be fetched. */
async function hasGraphicsProcessor(): Promise<boolean> {
  const { gpu } = navigator as { gpu?: Gpu };
  // Without Promise Integration the runtime does not start.
  if (gpu === undefined || !("Suspending" in WebAssembly) || isSparing()) return false;
  const adapter = await gpu.requestAdapter().catch(() => null);
  // Graphics computed by the processor are hundreds of times slower than the processor itself.
  return adapter !== null && adapter.info?.isFallbackAdapter !== true;
}

function wasmWorker(): Worker {
  return new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
}

function webgpuWorker(): Worker {
  return new Worker(new URL("./worker-webgpu.ts", import.meta.url), { type: "module" });
}
