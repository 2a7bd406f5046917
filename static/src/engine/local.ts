// Runs models in this browser: small ones on one thread, large ones on several where it may.

import type { FileEntry, Model } from "../core/release/manifest";
import { imageSize } from "../core/release/manifest";
import { Engine, type Request } from "./engine";
import type { Format } from "./read-release";
import { WorkerClient } from "./worker-client";

/** Images of more numbers come from models whose layers are worth sharing between threads. */
const LARGE = 4000;
/** More threads than this wait for each other more than they help. */
const MOST_THREADS = 4;

/** What `WorkerClient` is to the page; a test has its own. */
type Client = Pick<WorkerClient, "run" | "file" | "terminate">;

export class LocalEngine extends Engine {
  private readonly single: Client;
  /** Started for the first large model. */
  private threaded: Client | null = null;
  /** Whether the threads have answered. */
  private started = false;

  constructor(
    private readonly start: (threads: number) => Client = (threads) => new WorkerClient(threads),
    private threads = threadsFor(navigator.hardwareConcurrency, globalThis.crossOriginIsolated),
  ) {
    super();
    this.single = start(1);
  }

  async run(model: Model, request: Request, progress?: (share: number) => void): Promise<unknown> {
    if (this.threads > 1 && imageSize(model) > LARGE) {
      this.threaded ??= this.start(this.threads);
      try {
        const answer = await this.threaded.run(model, request, progress);
        this.started = true;
        return answer;
      } catch (error) {
        if (this.started) throw error;
        // They do not start here, whatever the browser says.
        this.threads = 1;
        this.threaded.terminate();
      }
    }
    return this.single.run(model, request, progress);
  }

  /** Fetches, checks and reads a file of the release, away from the page's own thread. */
  file(file: FileEntry, format: Format): Promise<unknown> {
    return this.single.file(file, format);
  }
}

/**
 * How many threads may decode a large model.
 *
 * A core stays the page's own: threads wait for the last of them, so one too many is worse than
 * one too few. Small models are slower on two threads (1.8 ms) than on one (1.4 ms).
 *
 * @param isolated whether the page may share memory between threads; nothing else needs it.
 */
export function threadsFor(cores: number, isolated: boolean): number {
  return isolated ? Math.max(1, Math.min(cores - 1, MOST_THREADS)) : 1;
}
