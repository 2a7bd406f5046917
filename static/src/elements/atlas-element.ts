// The base of the page's elements: their name, state and message, and how they tell what was done.
import { LitElement } from "lit";
import { property } from "lit/decorators.js";

export type ElementState = "empty" | "loading" | "ready" | "error";

export class AtlasElement extends LitElement {
  @property() label = "";
  @property({ reflect: true }) state: ElementState = "empty";
  @property() message = "";

  /** Data make an element ready; one that loses them is empty, unless the page says why. */
  protected takeData(has: boolean): void {
    if (has) this.state = "ready";
    else if (this.state === "ready") this.state = "empty";
  }

  /** Tells the page what the reader did. */
  protected emit(type: string, detail: object): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}
