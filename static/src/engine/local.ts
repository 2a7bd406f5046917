// Runs models in this browser: in one worker, and large ones wherever they are decoded fastest.

import type { FileEntry, Model } from "../core/release/manifest";
import {
  type Decoded,
  type Engine,
  encodeThenDecode,
  type Part,
  type Posterior,
  type Reconstruction,
} from "./engine";
import type { Lane } from "./worker-client";
import { isLarge, winsAgainst } from "./race";
import type { Format } from "./read-release";
import { findRivals, firstLane } from "./rivals";

/** So long a runtime may take to be fetched and to start. */
const PATIENCE_MS = 60_000;

export class LocalEngine implements Engine {
  /** Where another lane than the first decodes a model, by the hash of its decoder. */
  private readonly faster = new Map<string, Lane>();
  private readonly raced = new Set<string>();
  private rivals: Lane[] | null = null;
  private racing: Promise<void> = Promise.resolve();

  /**
   * @param first runs every model at first, and the small ones always.
   * @param findOthers starts the runtimes that may decode large models faster.
   */
  constructor(
    private readonly first: Lane = firstLane(),
    private readonly findOthers: () => Promise<Lane[]> = findRivals,
  ) {}

  /** Where models run: "gpu" as soon as some of them do. */
  get runtime(): "browser" | "gpu" {
    return [...this.faster.values()].some((lane) => lane.gpu) ? "gpu" : "browser";
  }

  async load(model: Model, part: Part, progress?: (share: number) => void): Promise<void> {
    if (part === "decoder" && this.faster.has(model.decoder.sha256)) return;
    await this.first.load(model, part, progress);
    if (part === "decoder") this.race(model);
  }

  async decode(model: Model, z: Float32Array, labels?: number[]): Promise<Float32Array> {
    return (await this.decodeWithClasses(model, z, labels)).images;
  }

  async decodeWithClasses(model: Model, z: Float32Array, labels?: number[]): Promise<Decoded> {
    const lane = this.faster.get(model.decoder.sha256);
    if (lane !== undefined) {
      try {
        return await lane.decode(model, z, labels);
      } catch {
        this.abandon(lane); // a lost graphics device, say: the first lane can still do it
      }
    }
    const decoded = await this.first.decode(model, z, labels);
    this.race(model);
    return decoded;
  }

  encode(model: Model, pixels: Float32Array, label?: number): Promise<Posterior> {
    return this.first.encode(model, pixels, label);
  }

  reconstruct(model: Model, pixels: Float32Array, label?: number): Promise<Reconstruction> {
    return isLarge(model)
      ? encodeThenDecode(this, model, pixels, label) // its decoder may be at home elsewhere
      : this.first.reconstruct(model, pixels, label);
  }

  /** Fetches, checks and reads a file of the release, away from the page's own thread. */
  file(file: FileEntry, format: Format): Promise<unknown> {
    return this.first.file(file, format);
  }

  /** Finds out, once and while the reader goes on, where a large model is decoded fastest. */
  private race(model: Model): void {
    if (!isLarge(model) || this.raced.has(model.decoder.sha256)) return;
    this.raced.add(model.decoder.sha256);
    this.racing = this.racing.then(() => this.raceNow(model)).catch(() => {});
  }

  private async raceNow(model: Model): Promise<void> {
    this.rivals ??= await this.findOthers();
    let best = this.first;
    for (const rival of this.rivals) {
      try {
        await within(PATIENCE_MS, rival.load(model, "decoder"));
        if (await winsAgainst(rival, best, model)) best = rival;
      } catch {
        this.abandon(rival);
      }
    }
    if (best !== this.first) this.faster.set(model.decoder.sha256, best);
    for (const lane of [this.first, ...this.rivals]) {
      if (lane !== best) lane.release(model, "decoder");
    }
    // A runtime that lost takes no memory, and is not asked again.
    const used = new Set(this.faster.values());
    for (const lane of this.rivals) if (!used.has(lane)) this.abandon(lane);
  }

  private abandon(lane: Lane): void {
    lane.close();
    this.rivals = (this.rivals ?? []).filter((rival) => rival !== lane);
    for (const [model, runsIt] of this.faster) if (runsIt === lane) this.faster.delete(model);
  }
}

async function within<Output>(milliseconds: number, promise: Promise<Output>): Promise<Output> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("too late")), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
