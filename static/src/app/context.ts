// What the sections share: a release, the reader's drawing, and the state in the URL.

import { Drawing } from "../core/image/drawing";
import { isSame, type PageState, readState, writeState } from "../core/link/url-state";
import type { Manifest } from "../core/release/manifest";
import { EngineError } from "../engine/engine";
import type { LocalEngine } from "../engine/local";
import { ResilientEngine, type Runtime } from "../engine/resilient";
import { ServerEngine } from "../engine/server";
import { DrawingReconstructions } from "./drawing-reconstructions";
import { DatedEngine } from "./outdated";
import { placeNow } from "./place";
import { ReleaseContext } from "./release-context";

/** Between two changes of the link: a browser allows about a hundred of them in half a minute. */
const LINK_GAP_MS = 1000;
/** What changes together is written together. */
const LINK_DELAY_MS = 50;

export class PageContext extends ReleaseContext {
  readonly state: PageState;
  /** The reader's drawing: every pad of the page is a view of it. */
  readonly drawing: Drawing;
  readonly drawingReconstructions: DrawingReconstructions;
  readonly ignored: string[];
  /** Aborted when the section ends that has this context; the page's own goes on. */
  readonly end = new AbortController().signal;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private written = -LINK_GAP_MS;

  constructor(
    manifest: Manifest,
    runtimeChanged: (runtime: Runtime) => void,
    here: LocalEngine = new DatedEngine(),
  ) {
    const isAlone = document.documentElement.dataset.server === "absent";
    const server = isAlone ? null : new ServerEngine(document.baseURI);
    super(manifest, new ResilientEngine(here, server, runtimeChanged), here);
    const { state, ignored } = readState(location.hash);
    this.state = state;
    this.ignored = ignored;
    this.drawing = new Drawing(state.drawing);
    this.drawingReconstructions = new DrawingReconstructions(this.drawing, this.engine);
    this.drawing.subscribe(({ strokes, final }) => {
      if (!final) return;
      // A place that was chosen, or looked at, was the old drawing's.
      const view = strokes.length === 0 ? { drawView: null } : {};
      this.update({ drawing: strokes, drawZ: null, ...view });
    });
  }

  /** Returns the same context for something that ends: from then on it changes the state no more. */
  until(end: AbortSignal): PageContext {
    const context = Object.create(this, { end: { value: end } }) as PageContext;
    context.update = (change) => {
      if (!end.aborted) this.update(change);
    };
    return context;
  }

  /** Takes up another state, that of the link in the address bar. */
  moveTo(state: PageState): void {
    if (!isSame("drawing", state, this.state)) this.drawing.replace(state.drawing);
    Object.assign(this.state, state);
    // What waits to be written is the former state.
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  /** Changes the state and, a moment later, the link in the address bar. */
  update(change: Partial<PageState>): void {
    Object.assign(this.state, change);
    // Not put off by what changes next: a film that plays changes something every frame.
    const delay = Math.max(LINK_DELAY_MS, this.written + LINK_GAP_MS - performance.now());
    this.timer ??= setTimeout(() => this.writeLink(), delay);
  }

  /** Writes the state into the link in the address bar now. */
  writeLink(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.written = performance.now();
    const hash = writeState(this.state);
    history.replaceState(placeNow(this.state), "", `${location.pathname}${location.search}${hash}`);
  }
}

/** Says in a sentence for the reader why `subject` is not there. */
export function sentence(subject: string, error: unknown): string {
  const reason = error instanceof EngineError ? error.message : "something unexpected happened";
  return `${subject} cannot be shown: ${reason}${reason.endsWith("?") ? "" : "."}`;
}
