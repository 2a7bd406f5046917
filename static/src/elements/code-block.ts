// <code-block>: a program to read, and a button that copies it.
//
// Attributes
//   state    error when copying failed; the text is selected then
// Properties
//   code     the program; setting it brings the state back to ready
// Style: the page's colours and --mono.
// Keys: Tab goes to the button and to the text, whose overflow the arrow keys scroll.
import { css, html, nothing, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { settled } from "../core/async/settled";
import { AtlasElement } from "./atlas-element";
import { copyText } from "./copy-text";
import { base, buttons } from "./shared-styles";

const SAID_MS = 4000;

@customElement("code-block")
export class CodeBlock extends AtlasElement {
  static override styles = [
    base,
    buttons,
    css`
    :host {
      border: 1px solid var(--line, #ccc);
      border-radius: var(--radius, 4px);
      background: var(--surface, #fff);
    }
    header {
      display: flex;
      flex-wrap: wrap;
      gap: 0.25rem 0.75rem;
      align-items: center;
      justify-content: space-between;
      padding: 0.35rem 0.35rem 0.35rem 0.9rem;
      border-bottom: 1px solid var(--line, #ccc);
    }
    [role="status"] {
      flex: 1;
      color: var(--muted, #666);
    }
    pre {
      max-height: 24rem;
      margin: 0;
      padding: 0.75rem 0.9rem;
      overflow: auto;
      font: 0.8125rem / 1.55 var(--mono, monospace);
      tab-size: 4;
    }
  `,
  ];

  @property({ attribute: false }) code = "";
  override label = "Program";
  @state() private said = "";

  @query("code") private readonly text!: HTMLElement;
  readonly #quiet = settled<void>(SAID_MS, () => {
    if (this.state === "ready") this.said = "";
  });

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("code")) this.state = this.code === "" ? "empty" : "ready";
  }

  async #copy(): Promise<void> {
    if (await copyText(this.code)) {
      this.state = "ready";
      this.said = "Copied.";
      this.#quiet();
      return;
    }
    this.state = "error";
    this.said =
      "This browser does not let the page copy. The program is selected: press Ctrl or ⌘ and C.";
    getSelection()?.selectAllChildren(this.text);
  }

  protected override render() {
    return html`<header>
        <span>${this.label}</span>
        <span role="status">${this.said}</span>
        <button type="button" ?disabled=${this.state === "empty"} @click=${() => this.#copy()}>
          Copy
        </button>
      </header>
      ${this.code === "" ? nothing : html`<pre tabindex="0" role="group" aria-label=${this.label}><code>${this.code}</code></pre>`}`;
  }
}
