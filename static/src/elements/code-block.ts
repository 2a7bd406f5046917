// <code-block>: a program to read, and a button that copies it.
//
// Attributes
//   label    what the program is, for assistive technology
//   state    empty | ready | error (reflected): error when copying failed; the text is selected then
// Properties
//   code     the program; setting it brings the state back to ready
// Style
//   the page's colours and --mono
// Keys: Tab goes to the button and to the text, whose overflow the arrow keys scroll.
import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { copyText } from "./copy-text";
import { buttons } from "./shared-styles";

const SAID_MS = 4000;

@customElement("code-block")
export class CodeBlock extends LitElement {
  static override styles = [
    buttons,
    css`
    :host {
      display: block;
      position: relative;
      border: 1px solid var(--line, #ccc);
      border-radius: var(--radius, 4px);
      background: var(--surface, #fff);
      color: var(--text, #1a1a1a);
      font: 0.875rem / 1.5 var(--font, sans-serif);
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
    :focus-visible {
      outline: 2px solid var(--accent, #0b57d0);
      outline-offset: 2px;
    }
  `,
  ];

  @property() label = "Program";
  @property({ reflect: true }) state: "empty" | "ready" | "error" = "empty";
  @property({ attribute: false }) code = "";
  @state() private said = "";

  @query("code") private readonly text!: HTMLElement;
  #timer: ReturnType<typeof setTimeout> | undefined;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("code")) this.state = this.code === "" ? "empty" : "ready";
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  async #copy(): Promise<void> {
    clearTimeout(this.#timer);
    if (await copyText(this.code)) {
      this.state = "ready";
      this.said = "Copied.";
      this.#timer = setTimeout(() => {
        this.said = "";
      }, SAID_MS);
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

declare global {
  interface HTMLElementTagNameMap {
    "code-block": CodeBlock;
  }
}
