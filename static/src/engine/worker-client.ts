// The page's end of a worker that runs models: calls go out, answers come back.

import type { FileEntry, Model } from "../core/release/manifest";
import { Engine, EngineError, type Request } from "./engine";
import type { Call, Notice, Reply } from "./protocol";
import type { Format } from "./read-release";

interface Pending {
  resolve: (result: unknown) => void;
  reject: (error: EngineError) => void;
  progress: ((share: number) => void) | undefined;
}

/** A call before it has its number. */
type Question<Kind = Call> = Kind extends Call ? Omit<Kind, "call"> : never;

export class WorkerClient extends Engine {
  private readonly worker: Worker;
  private readonly pending = new Map<number, Pending>();
  private readonly introduced = new Map<string, Model>();
  private calls = 0;
  private dead = false;

  /** @param threads how many the worker's runtime is to use. */
  constructor(threads: number) {
    super();
    this.worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    this.worker.addEventListener("message", ({ data }: MessageEvent<Reply>) => this.settle(data));
    // The worker's script itself did not load or died: nothing will be answered any more.
    this.worker.addEventListener("error", () => {
      this.dead = true;
      for (const { reject } of this.pending.values()) reject(notStarted());
      this.pending.clear();
    });
    if (threads > 1) this.notify({ kind: "threads", count: threads });
  }

  run(model: Model, request: Request, progress?: (share: number) => void): Promise<unknown> {
    if (this.introduced.get(model.id) !== model) {
      this.introduced.set(model.id, model);
      this.notify({ kind: "model", model });
    }
    return this.call({ ...request, model: model.id }, progress);
  }

  /** Fetches, checks and reads a file of the release, away from the page's own thread. */
  file(file: FileEntry, format: Format): Promise<unknown> {
    return this.call({ kind: "file", file, format });
  }

  private call(question: Question, progress?: (share: number) => void): Promise<unknown> {
    if (this.dead) return Promise.reject(notStarted());
    const call = this.calls++;
    return new Promise((resolve, reject) => {
      this.pending.set(call, { resolve, reject, progress });
      this.worker.postMessage({ ...question, call });
    });
  }

  private notify(notice: Notice): void {
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
}

function notStarted(): EngineError {
  return new EngineError("runtime", "the worker that runs the models did not start");
}
