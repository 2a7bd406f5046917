// Runs models here while this browser can, through the server, if there is one, once it cannot.

import type { Model } from "../core/release/manifest";
import {
  type Decoded,
  type Engine,
  EngineError,
  type Part,
  type Posterior,
  type Reconstruction,
} from "./engine";

/** "gpu": this browser, large models on its graphics processor. */
export type Runtime = "browser" | "gpu" | "server" | "none";

export class ResilientEngine implements Engine {
  private blocked = false;
  private answered: Runtime | null = null;

  /**
   * @param server null where the page was published without one.
   * @param changed is told which of them is at work, when an answer came and that changed, or
   *   that neither can be.
   */
  constructor(
    private readonly local: Engine & { readonly runtime: "browser" | "gpu" },
    private readonly server: Engine | null,
    private readonly changed: (runtime: Runtime) => void,
  ) {}

  load(model: Model, part: Part, progress?: (share: number) => void): Promise<void> {
    return this.run((engine) => engine.load(model, part, progress));
  }

  decode(model: Model, z: Float32Array, labels?: number[]): Promise<Float32Array> {
    return this.run((engine) => engine.decode(model, z, labels));
  }

  decodeWithClasses(model: Model, z: Float32Array, labels?: number[]): Promise<Decoded> {
    return this.run((engine) => engine.decodeWithClasses(model, z, labels));
  }

  encode(model: Model, pixels: Float32Array, label?: number): Promise<Posterior> {
    return this.run((engine) => engine.encode(model, pixels, label));
  }

  reconstruct(model: Model, pixels: Float32Array, label?: number): Promise<Reconstruction> {
    return this.run((engine) => engine.reconstruct(model, pixels, label));
  }

  /**
   * Only a runtime that cannot start moves the work to the server: a broken model file is
   * broken for the server too, and hiding it would show a reader numbers of unknown origin.
   */
  private async run<Output>(job: (engine: Engine) => Promise<Output>): Promise<Output> {
    if (!this.blocked) {
      try {
        const output = await job(this.local);
        this.report(this.local.runtime);
        return output;
      } catch (error) {
        if (!(error instanceof EngineError) || error.reason !== "runtime") throw error;
        this.blocked = true;
      }
    }
    if (this.server === null) {
      this.report("none");
      throw new EngineError(
        "runtime",
        "WebAssembly cannot run here, and this copy of the page has no server to fall back to",
      );
    }
    const output = await job(this.server);
    this.report("server");
    return output;
  }

  private report(runtime: Runtime): void {
    if (this.answered === runtime) return;
    this.answered = runtime;
    this.changed(runtime);
  }
}
