// The base of the page's elements: their name, state and message, and how they report what the reader did.
//
// Every element has these attributes; its own file says more where there is more to say:
//   label    its name for assistive technology
//   state    empty | loading | ready | error (reflected): data make it ready, and without them it is
//            empty; the page sets loading and error
//   message  the sentence to show in state "error"
// Its events bubble and cross shadow roots.
import { html, LitElement, nothing } from "lit";
import { property } from "lit/decorators.js";

export type ElementState = "empty" | "loading" | "ready" | "error";

export class AtlasElement extends LitElement {
  @property() label = "";
  @property({ reflect: true }) state: ElementState = "empty";
  @property() message = "";

  /** Sets the state by whether there are data. */
  protected takeData(has: boolean): void {
    if (has) this.state = "ready";
    else if (this.state === "ready") this.state = "empty";
  }

  /** Tells the page what the reader did. */
  protected emit(type: string, detail: object): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  /** The message, in state "error". */
  protected renderError() {
    return this.state === "error" ? html`<p role="status">${this.message}</p>` : nothing;
  }
}
