// What a worker that runs models does: it answers the page's calls with sessions of one runtime.

import { type FileEntry, imageSize, type Model } from "../core/release/manifest";
import { EngineError, type Part } from "./engine";
import { fetchVerified } from "./fetch-verified";
import type { Call, Notice, Reply } from "./protocol";
import { buffersOf, read } from "./read-release";
import { type Ort, runDecoder, runEncoder, type Session } from "./run-model";

// Workers lie in assets/, the manifest's URLs start beside the page, one level up.
const base = new URL("../", import.meta.url).href;

/**
 * Answers every message of the page from now on.
 *
 * @param ort onnxruntime-web, told where its WebAssembly is.
 * @param provider what its build computes with.
 * @param useThreads prepares it for so many threads, before it starts.
 */
export function serve(
  ort: Ort,
  provider: "wasm" | "webgpu",
  useThreads: (count: number) => void = () => {},
): void {
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = "error";
  const server = new ModelServer(ort, provider);
  addEventListener("message", (event: MessageEvent<Notice | Call>) => {
    const { data } = event;
    if ("call" in data) void reply(server, data);
    else if (data.kind === "model") server.introduce(data.model);
    else if (data.kind === "release") server.release(data.file);
    else useThreads(data.count);
  });
}

async function reply(server: ModelServer, asked: Call): Promise<void> {
  const { call } = asked;
  const post = (message: Reply, transfer: Transferable[] = []): void =>
    postMessage(message, { transfer });
  try {
    const result = await server.answer(asked, (share) => post({ call, kind: "progress", share }));
    post({ call, kind: "done", result }, buffersOf(result));
  } catch (error) {
    const known = error instanceof EngineError;
    post({
      call,
      kind: "failed",
      reason: known ? error.reason : "model",
      message: known ? error.message : "it failed while running",
    });
  }
}

class ModelServer {
  private readonly models = new Map<string, Model>();
  /** By the hash of their files. */
  private readonly sessions = new Map<string, Promise<Session>>();
  private runtime: Promise<void> | null = null;
  private turn: Promise<unknown> = Promise.resolve();

  private readonly options: { graphOptimizationLevel: "all"; executionProviders: string[] };

  constructor(
    private readonly ort: Ort,
    provider: string,
  ) {
    this.options = { graphOptimizationLevel: "all", executionProviders: [provider] };
  }

  introduce(model: Model): void {
    this.models.set(model.id, model);
  }

  /** Forgets a file's session; what was asked of it before is still answered. */
  release(file: FileEntry): void {
    const made = this.sessions.get(file.sha256);
    this.sessions.delete(file.sha256);
    made?.then((session) => this.inTurn(() => session.release())).catch(() => {});
  }

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
        return this.inTurn(() => runDecoder(this.ort, decoder, model, call.z, call.labels));
      }
      case "encode": {
        const encoder = await this.session(model, "encoder");
        return this.inTurn(() => runEncoder(this.ort, encoder, model, call.pixels, call.label));
      }
      case "reconstruct": {
        const encoder = await this.session(model, "encoder");
        const decoder = await this.session(model, "decoder");
        return this.inTurn(async () => {
          const posterior = await runEncoder(this.ort, encoder, model, call.pixels, call.label);
          const labels = call.label === undefined ? undefined : [call.label];
          const { images } = await runDecoder(this.ort, decoder, model, posterior.mu, labels);
          return { ...posterior, image: images };
        });
      }
    }
  }

  /** Runs one job after another: on WebGPU a second run within the first would fail. */
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
        opened = await this.ort.InferenceSession.create(bytes, this.options);
      } catch {
        throw new EngineError("model", "its file is not a model this page can run");
      }
      // The first run plans memory; the reader should not wait for it.
      if (part === "decoder") {
        await runDecoder(this.ort, opened, model, new Float32Array(model.latent_size), [0]);
      } else {
        await runEncoder(this.ort, opened, model, new Float32Array(imageSize(model)), 0);
      }
      return opened;
    });
  }

  /** Compiles the runtime, while the first model is still on its way. */
  private startRuntime(): Promise<void> {
    this.runtime ??= (async () => {
      if (typeof WebAssembly === "undefined") throw new Error("no WebAssembly");
      // Any graph starts the runtime, even one too broken to load; what matters is how it fails.
      await this.ort.InferenceSession.create(new Uint8Array(0), this.options).catch(
        (error: unknown) => {
          if (String(error).includes("no available backend")) throw error;
        },
      );
    })().catch(() => {
      throw new EngineError("runtime", "WebAssembly cannot run here");
    });
    return this.runtime;
  }
}
