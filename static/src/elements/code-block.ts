// <code-block>: a program to read, and a button that copies it.
//
// state is error when copying failed: the text is selected then. Setting `code` makes it ready again.
import { css, html, nothing, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { AtlasElement } from "./atlas-element";
import { copyText } from "./copy-text";
import { base, buttons } from "./shared-styles";

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
      padding: 0.35rem 0.35rem 0.35rem 0.9rem;
    }
    [role="status"] {
      flex: 1;
    }
    pre {
      max-height: 24rem;
      padding: 0.75rem 0.9rem;
      overflow: auto;
      font: 0.8125rem / 1.55 var(--mono, monospace);
    }
  `,
  ];

  @property({ attribute: false }) code = "";
  override label = "Program";
  @state() private said = "";

  @query("code") private readonly text!: HTMLElement;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("code")) return;
    this.state = this.code === "" ? "empty" : "ready";
    this.said = "";
  }

  async #copy(): Promise<void> {
    const isCopied = await copyText(this.code);
    this.state = isCopied ? "ready" : "error";
    this.said = isCopied
      ? "Copied."
      : "This browser does not let the page copy. The program is selected: press Ctrl or ⌘ and C.";
    if (!isCopied) getSelection()?.selectAllChildren(this.text);
  }

  protected override render() {
    return html`<header>
        <span>${this.label}</span>
        <span role="status" class="muted">${this.said}</span>
        <button type="button" ?disabled=${this.state === "empty"} @click=${() => this.#copy()}>
          Copy
        </button>
      </header>
      ${this.code === "" ? nothing : html`<pre tabindex="0" role="group" aria-label=${this.label}><code>${this.code}</code></pre>`}`;
  }
}
