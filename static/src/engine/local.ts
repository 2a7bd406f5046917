// Runs models in this browser, through the worker.

import type { FileEntry, Model } from "../core/manifest";
import { type Decoded, type Engine, EngineError, type Part, type Posterior } from "./engine";
import type { FileRequest, Introduction, Reply, Request } from "./protocol";
import type { Format } from "./read-release";

interface Pending {
  resolve: (result: unknown) => void;
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
    await this.run(model, { kind: "load", model: model.id, part }, progress);
  }

  async decode(model: Model, z: Float32Array, labels?: number[]): Promise<Float32Array> {
    return (await this.decodeWithClasses(model, z, labels)).images;
  }

  async decodeWithClasses(model: Model, z: Float32Array, labels?: number[]): Promise<Decoded> {
    const request: Request = { kind: "decode", model: model.id, z, ...(labels && { labels }) };
    return (await this.run(model, request)) as Decoded;
  }

  async encode(model: Model, pixels: Float32Array, label?: number): Promise<Posterior> {
    const request: Request = {
      kind: "encode",
      model: model.id,
      pixels,
      ...(label !== undefined && { label }),
    };
    return (await this.run(model, request)) as Posterior;
  }

  /** Fetches, checks and reads a file of the release, away from the page's own thread. */
  file(file: FileEntry, format: Format): Promise<unknown> {
    return this.call({ kind: "file", file, format });
  }

  private run(
    model: Model,
    request: Request,
    progress?: (share: number) => void,
  ): Promise<unknown> {
    if (this.introduced.get(model.id) !== model) {
      this.introduced.set(model.id, model);
      this.worker.postMessage({ kind: "model", model } satisfies Introduction);
    }
    return this.call(request, progress);
  }

  private call(
    request: Request | FileRequest,
    progress?: (share: number) => void,
  ): Promise<unknown> {
    if (this.dead) return Promise.reject(notStarted());
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
