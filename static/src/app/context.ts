// What the sections share: the release and its files, the engine, and the state in the URL.

import { Drawing } from "../core/image/drawing";
import { type PageState, readState, writeState } from "../core/link/url-state";
import type { FileEntry, Manifest, Model } from "../core/release/manifest";
import { findModel } from "../core/release/manifest";
import type { Layout, Means, ModelDocuments, Study, Trace } from "../core/release/release";
import { type Engine, EngineError } from "../engine/engine";
import { LocalEngine } from "../engine/local";
import type { Format } from "../engine/read-release";
import { ResilientEngine, type Runtime } from "../engine/resilient";
import { ServerEngine } from "../engine/server";
import { DrawingReconstructions } from "./drawing-reconstructions";

/** Between two changes of the link: a browser allows about a hundred of them in half a minute. */
const LINK_GAP_MS = 1000;
/** What changes together is written together. */
const LINK_DELAY_MS = 50;

export class PageContext {
  readonly engine: Engine;
  /** This browser alone: for what must never be sent, even where only the server could answer. */
  readonly here: Engine;
  readonly state: PageState;
  /** The reader's drawing: every pad of the page is a view of it. */
  readonly drawing: Drawing;
  readonly drawingReconstructions: DrawingReconstructions;
  /** Names of the hash's parts that were not understood. */
  readonly ignored: string[];
  private readonly local: LocalEngine;
  private readonly files = new Map<string, Promise<unknown>>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private written = -LINK_GAP_MS;

  constructor(
    readonly manifest: Manifest,
    runtimeChanged: (runtime: Runtime) => void,
  ) {
    this.local = new LocalEngine();
    this.here = this.local;
    this.engine = new ResilientEngine(
      this.local,
      document.documentElement.dataset.server === "absent"
        ? null
        : new ServerEngine(document.baseURI),
      runtimeChanged,
    );
    const { state, ignored } = readState(location.hash);
    this.state = state;
    this.ignored = ignored;
    this.drawing = new Drawing(state.drawing);
    this.drawingReconstructions = new DrawingReconstructions(this.drawing, this.engine);
    this.drawing.subscribe(({ strokes, final }) => {
      if (!final) return;
      // A place that was walked to, or looked at, was the old drawing's.
      const view = strokes.length === 0 ? { drawView: null } : {};
      this.update({ drawing: strokes, drawZ: null, ...view });
    });
  }

  /**
   * Returns a model of the release.
   *
   * @throws EngineError when the release has none of this id.
   */
  model(id: string): Model {
    const model = findModel(this.manifest, id);
    if (model === undefined) throw new EngineError("model", "this release does not carry it");
    return model;
  }

  /** Returns the model called `id`, or null where the release has none. */
  find(id: string): Model | null {
    return findModel(this.manifest, id) ?? null;
  }

  /** Returns a model's means, or where d > 2 the PCA of some of them: the points of its map. */
  means(model: Model): Promise<Means> {
    return this.file(model.means, "points") as Promise<Means>;
  }

  /** Returns points that PCA or t-SNE laid out. */
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

  /** Returns the points of a model's training, epoch by epoch. */
  trace(model: Model): Promise<Trace> {
    return this.file(model.trace, "trace") as Promise<Trace>;
  }

  study(): Promise<Study> {
    return this.file(this.manifest.study, "json") as Promise<Study>;
  }

  /** Fetches a file once; a failure is forgotten so that it can be retried. */
  private async file(file: FileEntry | undefined, format: Format): Promise<unknown> {
    if (file === undefined) throw new EngineError("model", "this release does not carry it");
    let content = this.files.get(file.sha256);
    if (content === undefined) {
      content = this.local.file(file, format);
      this.files.set(file.sha256, content);
      content.catch(() => this.files.delete(file.sha256));
    }
    return content;
  }

  /** Changes the state and, a moment later, the link in the address bar. */
  update(change: Partial<PageState>): void {
    Object.assign(this.state, change);
    // Not put off by what changes next: a film that plays changes something every frame.
    const delay = Math.max(LINK_DELAY_MS, this.written + LINK_GAP_MS - performance.now());
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.written = performance.now();
      const hash = writeState(this.state);
      history.replaceState(null, "", `${location.pathname}${location.search}${hash}`);
    }, delay);
  }
}

/** Says in a sentence for the reader why `subject` is not there. */
export function sentence(subject: string, error: unknown): string {
  const reason = error instanceof EngineError ? error.message : "something unexpected happened";
  return `${subject} cannot be shown: ${reason}${reason.endsWith("?") ? "" : "."}`;
}
