// <runtime-status>: says whether this browser or the server runs the models, or neither can.
//
// Attributes
//   runtime  "" (nothing has answered yet) | browser | server | none
//   state    loading | ready | error (reflected; follows runtime)

import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";

const SENTENCES: Record<string, string> = {
  "": "Loading the model…",
  browser: "Models run in your browser.",
  server: "Models cannot run in this browser, so the server runs them.",
  none: "Models cannot run in this browser, and this copy of the page has no server to run them.",
};

@customElement("runtime-status")
export class RuntimeStatus extends LitElement {
  static override styles = css`
    :host {
      display: inline-grid;
      grid-template-columns: 0.5em auto;
      align-items: center;
      column-gap: 0.5em;
      color: var(--muted, #666);
      font: 0.8125rem/1.4 var(--font, sans-serif);
    }
    i {
      width: 0.5em;
      height: 0.5em;
      border-radius: 50%;
      background: var(--line, #ccc);
    }
    span {
      grid-area: 1 / 2;
    }
    /* As wide as the usual sentence from the start: nothing around it moves when that comes. */
    .room {
      visibility: hidden;
    }
    :host([runtime="browser"]) i {
      background: var(--accent, #06c);
    }
    :host([runtime="server"]) i,
    :host([runtime="none"]) i {
      background: none;
      outline: 2px solid var(--accent, #06c);
      outline-offset: -2px;
    }
  `;

  @property({ reflect: true }) runtime: "" | "browser" | "server" | "none" = "";
  @property({ reflect: true }) state: "loading" | "ready" | "error" = "loading";

  protected override willUpdate(): void {
    if (this.runtime === "") this.state = "loading";
    else this.state = this.runtime === "none" ? "error" : "ready";
  }

  protected override render() {
    return html`<i aria-hidden="true"></i><span class="room" aria-hidden="true">${SENTENCES.browser}</span
      ><span role="status">${SENTENCES[this.runtime]}</span>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "runtime-status": RuntimeStatus;
  }
}
