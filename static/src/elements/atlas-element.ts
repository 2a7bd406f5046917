// The base of the page's elements: their name, state and message, and how they report what the reader did.
//
// Their events bubble and cross shadow roots.
import { html, LitElement, nothing } from "lit";
import { property } from "lit/decorators.js";
import type { View } from "../core/geometry/viewport";
import type { DrawingChange } from "../core/image/drawing";
import { isOutdated, runNow, tryAgain } from "./again";
import type { Source } from "./map/latent-map";

export type ElementState = "empty" | "loading" | "ready" | "error";

/** Names of classes until others come. */
export const DIGITS: readonly string[] = [..."0123456789"];

export class AtlasElement extends LitElement {
  /** Its name for assistive technology. */
  @property() label = "";
  /** Data make it ready, and without them it is empty; the page sets loading and error. */
  @property({ reflect: true }) state: ElementState = "empty";
  @property() message = "";
  /** Whether another element announces the same message. */
  quiet = false;
  @property({ attribute: false }) protected retries = false;

  /** Says in state "error" what is missing, and tries for it again where that can help. */
  fail(message: string, again: (() => void) | null = null, quiet = false): void {
    this.message = message;
    this.quiet = quiet;
    this.state = "error";
    this.retries = again !== null;
    if (again === null) return;
    const attempt = (): void => {
      if (this.state === "error") again();
    };
    tryAgain(this, attempt, message);
  }

  /** Sets the state by whether there are data. */
  protected takeData(has: boolean): void {
    if (has) this.state = "ready";
    else if (this.state === "ready") this.state = "empty";
  }

  /** Tells the page what the reader did. */
  protected emit(type: string, detail: object): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  /** The message over the element, in state "error". */
  protected renderError() {
    if (this.state !== "error") return nothing;
    return html`<div class="over">
      <p role=${this.quiet ? nothing : "status"}>${this.message}</p>
      ${this.renderRetry()}
    </div>`;
  }

  protected renderRetry() {
    if (this.state !== "error" || !this.retries) return nothing;
    return html`<button type="button" class="retry" ?data-restart=${isOutdated} @click=${() => runNow(this)}>
      ${isOutdated ? "Reload the page" : "Try again"}
    </button>`;
  }
}

declare global {
  interface HTMLElementEventMap {
    "latent-change": CustomEvent<{ z: [number, number]; source: Source }>;
    "view-change": CustomEvent<{ view: View }>;
    "pin-change": CustomEvent<{ pinned: boolean; z: [number, number] | null }>;
    "classes-change": CustomEvent<{ isolated: number[] }>;
    "selection-change": CustomEvent<{ rows: readonly number[] }>;
    "layers-change": CustomEvent<{ layers: Record<string, boolean> }>;
    "drawing-change": CustomEvent<DrawingChange>;
    "tile-point": CustomEvent<{ index: number }>;
    "tile-pick": CustomEvent<{ index: number }>;
    "centre-change": CustomEvent<{ centre: readonly [number, number] }>;
    "value-change": CustomEvent<{ value: number }>;
    "epsilon-change": CustomEvent<{ epsilon: readonly number[]; z: number[] }>;
    "photo-change": CustomEvent<{ pixels: Float32Array | null; final: boolean }>;
  }
}
