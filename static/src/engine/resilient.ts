// Runs models here while this browser can, through the server, if there is one, once it cannot.

import type { Model } from "../core/release/manifest";
import { Engine, EngineError, type Request } from "./engine";

const PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 60_000;

export type Runtime = "browser" | "server" | "none";

export class ResilientEngine extends Engine {
  /** The runtime here is tried again then, and later each time that it fails (ms). */
  private blockedUntil = 0;
  private pause = PAUSE_MS;
  private answered: Runtime | null = null;

  /**
   * @param server null where the page was published without one.
   * @param changed is told which of them is at work, when an answer came and that changed, or
   *   that neither can be.
   */
  constructor(
    private readonly local: Pick<Engine, "run">,
    private readonly server: Pick<Engine, "run"> | null,
    private readonly changed: (runtime: Runtime) => void,
  ) {
    super();
  }

  /**
   * Only a runtime that cannot start moves the work to the server: a broken model file is
   * broken for the server too, and hiding it would show a reader numbers of unknown origin.
   */
  async run(model: Model, request: Request, progress?: (share: number) => void): Promise<unknown> {
    let reason = "WebAssembly cannot run here";
    if (performance.now() >= this.blockedUntil) {
      try {
        const answer = await this.local.run(model, request, progress);
        this.pause = PAUSE_MS;
        this.report("browser");
        return answer;
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        if (error.reason === "runtime") this.blockedUntil = Number.POSITIVE_INFINITY;
        else if (error.reason === "start") this.blockedUntil = performance.now() + this.pause;
        else throw error;
        this.pause = Math.min(2 * this.pause, LONGEST_PAUSE_MS);
        reason = error.message;
      }
    }
    if (this.server === null) {
      this.report("none");
      throw new EngineError(
        "runtime",
        `${reason}, and this copy of the page has no server to fall back to`,
      );
    }
    const answer = await this.server.run(model, request, progress);
    this.report("server");
    return answer;
  }

  private report(runtime: Runtime): void {
    if (this.answered === runtime) return;
    this.answered = runtime;
    this.changed(runtime);
  }
}
