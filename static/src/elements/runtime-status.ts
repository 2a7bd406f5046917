// <runtime-status>: says whether this browser or the server runs the models, or neither can.
//
// Attribute runtime: "" (nothing has answered yet) | browser | server | none; state follows it.
import { css, html } from "lit";
import { customElement, property } from "lit/decorators.js";
import { AtlasElement, type ElementState } from "./atlas-element";
import { base } from "./shared-styles";

const SENTENCES: Record<string, string> = {
  "": "Loading the model…",
  browser: "Models run in your browser.",
  server: "Models cannot run in this browser, so the server runs them.",
  none: "Models cannot run in this browser, and this copy of the page has no server to run them.",
};

@customElement("runtime-status")
export class RuntimeStatus extends AtlasElement {
  static override styles = [
    base,
    css`
    :host {
      display: inline-grid;
      grid-template-columns: 0.5em auto;
      align-items: center;
      column-gap: 0.5em;
      color: var(--muted, #666);
      font-size: 0.8125rem;
      line-height: 1.4;
    }
    i {
      height: 0.5em;
      border: 2px solid var(--accent, #06c);
      border-radius: 50%;
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
  `,
  ];

  @property({ reflect: true }) runtime: "" | "browser" | "server" | "none" = "";
  override state: ElementState = "loading";

  protected override willUpdate(): void {
    if (this.runtime === "") this.state = "loading";
    else this.state = this.runtime === "none" ? "error" : "ready";
  }

  protected override render() {
    return html`<i aria-hidden="true"></i><span class="room" aria-hidden="true">${SENTENCES.browser}</span
      ><span role="status">${SENTENCES[this.runtime]}</span>`;
  }
}
