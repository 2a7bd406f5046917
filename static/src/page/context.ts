// What the sections share: the release, the engine, the means, and the state in the URL.

import type { Manifest, Model } from "../core/manifest";
import { findModel } from "../core/manifest";
import { type PageState, readState, writeState } from "../core/url-state";
import { type Engine, EngineError } from "../engine/engine";
import { LocalEngine } from "../engine/local";
import type { Means } from "../engine/means";
import { ResilientEngine, type Runtime } from "../engine/resilient";
import { ServerEngine } from "../engine/server";

// A browser allows about a hundred history changes in half a minute.
const HASH_DELAY_MS = 300;

export class PageContext {
  readonly engine: Engine;
  readonly state: PageState;
  /** Names of the hash's parts that were not understood. */
  readonly ignored: string[];
  private readonly local: LocalEngine;
  private readonly meansOf = new Map<string, Promise<Means>>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly manifest: Manifest,
    runtimeChanged: (runtime: Runtime) => void,
  ) {
    this.local = new LocalEngine();
    this.engine = new ResilientEngine(
      this.local,
      new ServerEngine(document.baseURI),
      runtimeChanged,
    );
    const { state, ignored } = readState(location.hash);
    this.state = state;
    this.ignored = ignored;
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

  /** Returns a model's means, fetched once; a failure is forgotten so that it can be retried. */
  means(model: Model): Promise<Means> {
    const { sha256 } = model.means;
    let means = this.meansOf.get(sha256);
    if (means === undefined) {
      means = this.local.means(model);
      this.meansOf.set(sha256, means);
      means.catch(() => this.meansOf.delete(sha256));
    }
    return means;
  }

  /** Changes the state and, a moment later, the link in the address bar. */
  update(change: Partial<PageState>): void {
    Object.assign(this.state, change);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const hash = writeState(this.state);
      history.replaceState(null, "", `${location.pathname}${location.search}${hash}`);
    }, HASH_DELAY_MS);
  }
}

/** Says in a sentence for the reader why `subject` is not there. */
export function sentence(subject: string, error: unknown): string {
  const reason = error instanceof EngineError ? error.message : "something unexpected happened";
  return `${subject} cannot be shown: ${reason}.`;
}
