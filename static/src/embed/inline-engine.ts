// The engine of a script that other hosts' pages import: its workers come with it.
//
// A page may not start a worker from a script of another host, but from one that it holds.

import { pointsWorker } from "../elements/map/points-layer";
import PointsWorker from "../elements/map/points-worker?worker&inline";
import { LocalEngine } from "../engine/local";
import EngineWorker from "../engine/worker?worker&inline";
import { WorkerClient } from "../engine/worker-client";

pointsWorker.start = () => new PointsWorker();

const engines = new Map<string, LocalEngine>();

/**
 * Returns the engine that all figures of a page share.
 *
 * @param runtime the absolute address of ONNX Runtime's WebAssembly.
 */
export function engineWith(runtime: string): LocalEngine {
  const start = (): Worker => new EngineWorker({ name: `1 ${runtime}` });
  const engine = engines.get(runtime) ?? new LocalEngine(() => new WorkerClient(1, start), 1);
  engines.set(runtime, engine);
  return engine;
}
