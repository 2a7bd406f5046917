// A release as a figure needs it, on any page: its models, its files, and the engine that runs them.

import { once } from "../core/async/once";
import type { FileEntry, Manifest, Model } from "../core/release/manifest";
import type {
  Layout,
  Means,
  ModelDocuments,
  RateDistortion,
  Study,
  Trace,
} from "../core/release/release";
import { type Engine, EngineError } from "../engine/engine";
import type { LocalEngine } from "../engine/local";
import type { Format } from "../engine/read-release";

export class ReleaseContext {
  private readonly files = new Map<string, Promise<unknown>>();

  /** @param here this browser alone: for what must never be sent, even where only the server could answer. */
  constructor(
    readonly manifest: Manifest,
    readonly engine: Engine,
    readonly here: LocalEngine,
  ) {}

  /**
   * Returns a model of the release.
   *
   * @throws EngineError when the release has none of this id.
   */
  model(id: string): Model {
    const model = this.find(id);
    if (model === null) throw new EngineError("model", "this release does not carry it");
    return model;
  }

  find(id: string): Model | null {
    return this.manifest.models.find((model) => model.id === id) ?? null;
  }

  /** Returns a model's means, or where d > 2 the PCA of some of them: the points of its map. */
  means(model: Model): Promise<Means> {
    return this.file(model.means, "points") as Promise<Means>;
  }

  layout(file: FileEntry): Promise<Layout> {
    return this.file(file, "points") as Promise<Layout>;
  }

  /**
   * Returns one of a model's files: statistics, tiles, report …
   *
   * @throws EngineError when the model has none, or it cannot be had.
   */
  document<Name extends keyof ModelDocuments>(
    model: Model,
    name: Name,
  ): Promise<ModelDocuments[Name]> {
    return this.file(model[name], "json") as Promise<ModelDocuments[Name]>;
  }

  trace(model: Model): Promise<Trace> {
    return this.file(model.trace, "trace") as Promise<Trace>;
  }

  study(): Promise<Study> {
    return this.file(this.manifest.study, "json") as Promise<Study>;
  }

  rateDistortion(): Promise<[RateDistortion, Trace]> {
    const { measured, trace } = this.manifest.rate_distortion ?? {};
    return Promise.all([this.file(measured, "json"), this.file(trace, "trace")]) as Promise<
      [RateDistortion, Trace]
    >;
  }

  private async file(file: FileEntry | undefined, format: Format): Promise<unknown> {
    if (file === undefined) throw new EngineError("model", "this release does not carry it");
    return once(this.files, file.sha256, () => this.here.file(file, format));
  }
}
