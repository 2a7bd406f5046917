// What the worker does for a call: it fetches files, opens sessions and runs them in turn.

import { InferenceSession } from "onnxruntime-web/wasm";
import { imageSize, type Model } from "../core/release/manifest";
import { EngineError, type Part } from "./engine";
import { fetchVerified } from "./fetch-verified";
import type { Call } from "./protocol";
import { read } from "./read-release";
import { runDecoder, runEncoder, type Session } from "./run-model";

// Workers lie in assets/, the manifest's URLs start beside the page, one level up.
const base = new URL("../", import.meta.url).href;

export class ModelRunner {
  private readonly models = new Map<string, Model>();
  /** By the hash of their files. */
  private readonly sessions = new Map<string, Promise<Session>>();
  private runtime: Promise<void> | null = null;
  private turn: Promise<unknown> = Promise.resolve();

  introduce(model: Model): void {
    this.models.set(model.id, model);
  }

  /** @throws EngineError, or whatever the runtime throws. */
  async answer(call: Call, progress: (share: number) => void): Promise<unknown> {
    if (call.kind === "file") {
      // Parsed here because a megabyte of JSON would hold the page up.
      const bytes = await fetchVerified(call.file, base);
      return read(new TextDecoder().decode(bytes), call.format);
    }
    const model = this.models.get(call.model);
    if (model === undefined) throw new EngineError("model", "it was never introduced");
    switch (call.kind) {
      case "load":
        await this.session(model, call.part, progress);
        return null;
      case "decode": {
        const decoder = await this.session(model, "decoder");
        return this.inTurn(() => runDecoder(decoder, model, call.z, call.labels));
      }
      case "encode": {
        const encoder = await this.session(model, "encoder");
        return this.inTurn(() => runEncoder(encoder, model, call.pixels, call.label));
      }
      case "reconstruct": {
        const encoder = await this.session(model, "encoder");
        const decoder = await this.session(model, "decoder");
        return this.inTurn(async () => {
          const posterior = await runEncoder(encoder, model, call.pixels, call.label);
          const labels = call.label === undefined ? undefined : [call.label];
          const { images } = await runDecoder(decoder, model, posterior.mu, labels);
          return { ...posterior, image: images };
        });
      }
    }
  }

  /** Runs one job after another: the runtime refuses a second run within the first. */
  private inTurn<Output>(job: () => Promise<Output>): Promise<Output> {
    const done = this.turn.then(job);
    this.turn = done.catch(() => {});
    return done;
  }

  /** Returns the session of a file, made once; a failure is forgotten so that it can be retried. */
  private session(model: Model, part: Part, progress?: (share: number) => void): Promise<Session> {
    const file = model[part];
    let made = this.sessions.get(file.sha256);
    if (made === undefined) {
      made = this.open(model, part, progress);
      this.sessions.set(file.sha256, made);
      made.catch(() => this.sessions.delete(file.sha256));
    }
    return made;
  }

  private async open(
    model: Model,
    part: Part,
    progress?: (share: number) => void,
  ): Promise<Session> {
    // Whichever fails first is told at once: a missing runtime need not wait for the file.
    const [bytes] = await Promise.all([
      fetchVerified(model[part], base, progress),
      this.startRuntime(),
    ]);
    return this.inTurn(async () => {
      let opened: Session;
      try {
        opened = await InferenceSession.create(bytes, { graphOptimizationLevel: "all" });
      } catch {
        throw new EngineError("model", "its file is not a model this page can run");
      }
      // The first run plans memory; the reader should not wait for it.
      if (part === "decoder") {
        await runDecoder(opened, model, new Float32Array(model.latent_size), [0]);
      } else {
        await runEncoder(opened, model, new Float32Array(imageSize(model)), 0);
      }
      return opened;
    });
  }

  /** Compiles the runtime, while the first model is still on its way. */
  private startRuntime(): Promise<void> {
    this.runtime ??= (async () => {
      if (typeof WebAssembly === "undefined") throw new Error("no WebAssembly");
      // Any graph starts the runtime, even one too broken to load; what matters is how it fails.
      await InferenceSession.create(new Uint8Array(0)).catch((error: unknown) => {
        if (String(error).includes("no available backend")) throw error;
      });
    })().catch(() => {
      throw new EngineError("runtime", "WebAssembly cannot run here");
    });
    return this.runtime;
  }
}
