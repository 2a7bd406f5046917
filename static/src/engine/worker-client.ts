// The page's end of a worker that runs models: calls go out, answers come back.

import { STALLED_MS } from "../core/async/stall";
import type { FileEntry, Model } from "../core/release/manifest";
import { Engine, EngineError, type Request } from "./engine";
import type { Call, Reply } from "./protocol";
import type { Format } from "./read-release";
import workerUrl from "./worker?worker&url";

interface Pending {
  resolve: (result: unknown) => void;
  reject: (error: EngineError) => void;
  progress: ((share: number) => void) | undefined;
}

/** A call before it has its number. */
type Question<Kind = Call> = Kind extends Call ? Omit<Kind, "call"> : never;

export class WorkerClient extends Engine {
  private worker: Worker | null = null;
  private readonly pending = new Map<number, Pending>();
  private readonly introduced = new Set<Model>();
  private calls = 0;

  /**
   * @param threads how many the worker's runtime is to use.
   * @param start starts the worker where it has no file of its own beside the page.
   */
  constructor(
    private readonly threads: number,
    private readonly start: (() => Worker) | null = null,
  ) {
    super();
    this.started();
  }

  private started(): Worker {
    if (this.worker !== null) return this.worker;
    const worker =
      this.start?.() ?? new Worker(workerUrl, { type: "module", name: String(this.threads) });
    worker.addEventListener("message", ({ data }: MessageEvent<Reply>) => this.settle(data));
    // The worker's script itself did not load, or died.
    worker.addEventListener("error", () => {
      if (this.worker !== worker) return;
      this.terminate();
      // A cache may have it damaged: the next worker is to find it whole.
      if (this.start === null) void fetchAnew();
    });
    this.worker = worker;
    if (this.start === null) void this.replaceStalled(worker);
    return worker;
  }

  /** Ends a worker that has said nothing although its script can be fetched meanwhile. */
  private async replaceStalled(worker: Worker): Promise<void> {
    let silent = true;
    worker.addEventListener("message", () => (silent = false), { once: true });
    do await new Promise((resolve) => setTimeout(resolve, STALLED_MS));
    while (silent && this.worker === worker && !(await fetchAnew()));
    if (silent && this.worker === worker) this.terminate();
  }

  /** Ends the worker; what it was asked fails, and the next call starts another. */
  terminate(): void {
    this.worker?.terminate();
    this.worker = null;
    this.introduced.clear();
    for (const { reject } of this.pending.values()) reject(notStarted());
    this.pending.clear();
  }

  run(model: Model, request: Request, progress?: (share: number) => void): Promise<unknown> {
    const introduced = this.introduced.has(model) ? undefined : model;
    this.introduced.add(model);
    return this.call({ ...request, model: model.id, introduced }, progress);
  }

  /** Fetches, checks and reads a file of the release, away from the page's own thread. */
  file(file: FileEntry, format: Format): Promise<unknown> {
    return this.call({ kind: "file", file, format });
  }

  private call(question: Question, progress?: (share: number) => void): Promise<unknown> {
    const worker = this.started();
    const call = this.calls++;
    return new Promise((resolve, reject) => {
      this.pending.set(call, { resolve, reject, progress });
      worker.postMessage({ ...question, call });
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
    else {
      pending.reject(new EngineError(reply.reason, reply.message));
      // A runtime that has failed once never starts in this worker.
      if (reply.reason === "start") this.terminate();
    }
  }
}

/** Fetches the worker's script past the caches, and says whether all of it came. */
function fetchAnew(): Promise<boolean> {
  return fetch(workerUrl, { cache: "reload", signal: AbortSignal.timeout(4 * STALLED_MS) })
    .then(async (response) => response.ok && (await response.blob()).size > 0)
    .catch(() => false);
}

function notStarted(): EngineError {
  return new EngineError("start", "the worker that runs the models did not start");
}
