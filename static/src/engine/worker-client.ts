// The page's end of a worker that runs models: calls go out, answers come back.

import type { FileEntry, Model } from "../core/release/manifest";
import {
  type Decoded,
  EngineError,
  type Part,
  type Posterior,
  type Reconstruction,
} from "./engine";
import type { FileRequest, Notice, Reply, Request } from "./protocol";
import type { Format } from "./read-release";

interface Pending {
  resolve: (result: unknown) => void;
  reject: (error: EngineError) => void;
  progress: ((share: number) => void) | undefined;
}

export class Lane {
  private readonly pending = new Map<number, Pending>();
  private readonly introduced = new Map<string, Model>();
  private calls = 0;
  private dead = false;

  /**
   * @param worker one that serves models.
   * @param gpu whether it does so on the graphics processor.
   * @param threads how many it is to use.
   */
  constructor(
    private readonly worker: Worker,
    readonly gpu = false,
    threads = 1,
  ) {
    worker.addEventListener("message", (event: MessageEvent<Reply>) => this.settle(event.data));
    // The worker's script itself did not load or died: nothing will be answered any more.
    worker.addEventListener("error", () => this.fail());
    if (threads > 1) this.tell({ kind: "threads", count: threads });
  }

  async load(model: Model, part: Part, progress?: (share: number) => void): Promise<void> {
    await this.run(model, { kind: "load", model: model.id, part }, progress);
  }

  async decode(model: Model, z: Float32Array, labels?: number[]): Promise<Decoded> {
    const request: Request = { kind: "decode", model: model.id, z, ...(labels && { labels }) };
    return (await this.run(model, request)) as Decoded;
  }

  async encode(model: Model, pixels: Float32Array, label?: number): Promise<Posterior> {
    return (await this.run(model, imageRequest("encode", model, pixels, label))) as Posterior;
  }

  async reconstruct(model: Model, pixels: Float32Array, label?: number): Promise<Reconstruction> {
    const request = imageRequest("reconstruct", model, pixels, label);
    return (await this.run(model, request)) as Reconstruction;
  }

  /** Fetches, checks and reads a file of the release, away from the page's own thread. */
  file(file: FileEntry, format: Format): Promise<unknown> {
    return this.call({ kind: "file", file, format });
  }

  /** Frees what a part of a model takes, once what was asked of it is answered. */
  release(model: Model, part: Part): void {
    this.tell({ kind: "release", file: model[part] });
  }

  /** Ends the worker; whoever waits for an answer is told that there is none. */
  close(): void {
    this.worker.terminate();
    this.fail();
  }

  private run(
    model: Model,
    request: Request,
    progress?: (share: number) => void,
  ): Promise<unknown> {
    if (this.introduced.get(model.id) !== model) {
      this.introduced.set(model.id, model);
      this.tell({ kind: "model", model });
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

  private tell(notice: Notice): void {
    this.worker.postMessage(notice);
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

  private fail(): void {
    this.dead = true;
    for (const { reject } of this.pending.values()) reject(notStarted());
    this.pending.clear();
  }
}

function imageRequest(
  kind: "encode" | "reconstruct",
  { id }: Model,
  pixels: Float32Array,
  label: number | undefined,
): Request {
  return { kind, model: id, pixels, ...(label !== undefined && { label }) };
}

function notStarted(): EngineError {
  return new EngineError("runtime", "the worker that runs the models did not start");
}
