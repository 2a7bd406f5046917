// Runs models in this browser, through the worker.

import type { Model } from "../core/manifest";
import { type Engine, EngineError, type Part, type Posterior } from "./engine";
import type { Means } from "./means";
import type { Introduction, Reply, Request } from "./protocol";

interface Pending {
  resolve: (result: Means | Float32Array[]) => void;
  reject: (error: EngineError) => void;
  progress: ((share: number) => void) | undefined;
}

export class LocalEngine implements Engine {
  private readonly worker: Worker;
  private readonly pending = new Map<number, Pending>();
  private readonly introduced = new Map<string, Model>();
  private calls = 0;
  private dead = false;

  constructor() {
    this.worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    this.worker.addEventListener("message", (event: MessageEvent<Reply>) =>
      this.settle(event.data),
    );
    // The worker's script itself did not load or died: nothing will be answered any more.
    this.worker.addEventListener("error", () => {
      this.dead = true;
      for (const { reject } of this.pending.values()) reject(notStarted());
      this.pending.clear();
    });
  }

  async load(model: Model, part: Part, progress?: (share: number) => void): Promise<void> {
    await this.call(model, { kind: "load", model: model.id, part }, progress);
  }

  async decode(model: Model, z: Float32Array, labels?: number[]): Promise<Float32Array> {
    const request: Request = { kind: "decode", model: model.id, z, ...(labels && { labels }) };
    const [images] = (await this.call(model, request)) as [Float32Array];
    return images;
  }

  async encode(model: Model, pixels: Float32Array, label?: number): Promise<Posterior> {
    const request: Request = {
      kind: "encode",
      model: model.id,
      pixels,
      ...(label !== undefined && { label }),
    };
    const [mu, logvar] = (await this.call(model, request)) as [Float32Array, Float32Array];
    return { mu, logvar };
  }

  /** Fetches and reads the encoded training means of a model. */
  async means(model: Model): Promise<Means> {
    return (await this.call(model, { kind: "means", model: model.id })) as Means;
  }

  private call(
    model: Model,
    request: Request,
    progress?: (share: number) => void,
  ): Promise<Means | Float32Array[]> {
    if (this.dead) return Promise.reject(notStarted());
    if (this.introduced.get(model.id) !== model) {
      this.introduced.set(model.id, model);
      this.worker.postMessage({ kind: "model", model } satisfies Introduction);
    }
    const call = this.calls++;
    return new Promise((resolve, reject) => {
      this.pending.set(call, { resolve, reject, progress });
      this.worker.postMessage({ ...request, call });
    });
  }

  private settle(reply: Reply): void {
    const pending = this.pending.get(reply.call);
    if (pending === undefined) return;
    if (reply.kind === "progress") {
      pending.progress?.(reply.share);
      return;
    }
    this.pending.delete(reply.call);
    if (reply.kind === "done") pending.resolve(reply.result);
    else pending.reject(new EngineError(reply.reason, reply.message));
  }
}

function notStarted(): EngineError {
  return new EngineError("runtime", "the worker that runs the models did not start");
}
