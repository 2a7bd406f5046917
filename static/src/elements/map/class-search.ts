// <class-search>: the legend of a map of many classes: a text field that finds them by name.
//
// Properties    names     the classes' names, by label
//               isolated  labels shown in colour; empty: all
// Event         class-toggle {label}: the reader chose a class, or all of them (null)
// Style         --class-0, --class-1 …; 36 px high, its list opens over what follows
//
// Keys: letters filter, arrows go through the list, Enter chooses, Escape closes it or empties the
// field. The field is the only stop of the Tab key.
import { css, html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { classesNamed } from "../../core/points/class-names";
import { AtlasElement } from "../atlas-element";
import { base, classColour } from "../shared-styles";

/** So many are listed; whoever looks for another types. */
const MOST_LISTED = 100;
/** So many isolated classes are named beside the field. */
const MOST_NAMED = 3;

@customElement("class-search")
export class ClassSearch extends AtlasElement {
  static override styles = [
    base,
    css`
      :host {
        display: flex;
        gap: 0.6rem;
        align-items: center;
        height: 36px;
        font-size: 14px;
      }
      input {
        flex: 1 1 12em;
        min-width: 0;
        max-width: 20em;
        height: 32px;
        padding: 0 0.5rem;
        border: 1px solid var(--line, #ccc);
        border-radius: var(--radius, 4px);
        background: var(--surface, #fff);
        color: inherit;
        font: inherit;
      }
      .shown {
        flex: 1 1 0;
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .list {
        position: absolute;
        z-index: 3;
        inset: 100% auto auto 0;
        width: min(100%, 20em);
        max-height: 15rem;
        margin: 0;
        padding: 0.25rem;
        overflow-y: auto;
        border: 1px solid var(--line, #ccc);
        border-radius: var(--radius, 4px);
        background: var(--surface, #fff);
        box-shadow: 0 2px 8px rgb(0 0 0 / 20%);
      }
      .list > * {
        padding: 0.25rem 0.4rem;
        overflow-wrap: anywhere;
      }
      [role="option"] {
        cursor: pointer;
      }
      [role="option"].active {
        background: var(--faint, #eee);
        outline: 1px solid var(--accent, #0b57d0);
        outline-offset: -1px;
      }
      [role="option"][aria-selected="true"] {
        font-weight: 650;
      }
      .swatch {
        display: inline-block;
        width: 12px;
        height: 12px;
        margin-inline-end: 6px;
        border-radius: 2px;
        forced-color-adjust: none;
      }
    `,
  ];

  @property({ attribute: false }) names: readonly string[] = [];
  @property({ attribute: false }) isolated: readonly number[] = [];
  override label = "Classes to show";

  @state() private text = "";
  @state() private open = false;
  /** The option that Enter chooses, by its place in the list. */
  @state() private active = 0;
  @query(".list .active") private readonly activeOption!: HTMLElement | null;

  /** null stands for all classes; it is not offered among what is searched for. */
  get #options(): (number | null)[] {
    const found = classesNamed(this.names, this.text);
    return this.text === "" ? [null, ...found] : found;
  }

  protected override updated(): void {
    if (this.open) this.activeOption?.scrollIntoView({ block: "nearest" });
  }

  protected override render() {
    const count = this.names.length.toLocaleString("en");
    return html`<input
        type="text"
        role="combobox"
        autocomplete="off"
        spellcheck="false"
        placeholder=${`Find among ${count} classes`}
        aria-label=${`${this.label}: find among ${count}`}
        aria-expanded=${this.open}
        aria-controls="list"
        aria-autocomplete="list"
        aria-activedescendant=${this.open ? `option-${this.active}` : nothing}
        .value=${this.text}
        @input=${(event: Event) => this.#search((event.target as HTMLInputElement).value)}
        @focus=${() => this.#search(this.text)}
        @click=${() => this.#search(this.text)}
        @blur=${() => {
          this.open = false;
        }}
        @keydown=${this.#press}
      />
      <span class="shown" role="status">${this.#shown()}</span>
      ${this.open ? this.#list() : nothing}`;
  }

  /** What is shown in colour, with the colours. */
  #shown() {
    if (this.isolated.length === 0) return "all shown";
    const rest = this.isolated.length - MOST_NAMED;
    return html`${this.isolated
      .slice(0, MOST_NAMED)
      .map(
        (label) => html`${swatch(label)}${this.names[label] ?? label} `,
      )}${rest > 0 ? `and ${rest} more` : nothing}`;
  }

  #list() {
    const options = this.#options;
    const rest = options.length - MOST_LISTED;
    return html`<div
      class="list"
      id="list"
      role="listbox"
      aria-label=${this.label}
      aria-multiselectable="true"
      @mousedown=${(event: Event) => event.preventDefault() /* the field keeps the focus */}
    >
      ${options.slice(0, MOST_LISTED).map(
        (label, i) => html`<div
          role="option"
          id=${`option-${i}`}
          class=${i === this.active ? "active" : ""}
          aria-selected=${label === null ? this.isolated.length === 0 : this.isolated.includes(label)}
          @click=${() => this.#choose(label)}
        >
          ${label === null ? "all classes" : html`${swatch(label)}${this.names[label]}`}
        </div>`,
      )}
      ${rest > 0 ? html`<p class="muted">and ${rest.toLocaleString("en")} more: type a part of the name</p>` : nothing}
      ${options.length === 0 ? html`<p class="muted">no class of that name</p>` : nothing}
    </div>`;
  }

  #search(text: string): void {
    if (text !== this.text) this.active = 0;
    this.text = text;
    this.open = true;
  }

  #choose(label: number | null | undefined): void {
    if (label === undefined) return;
    this.emit("class-toggle", { label });
  }

  readonly #press = (event: KeyboardEvent): void => {
    const last = Math.min(this.#options.length, MOST_LISTED) - 1;
    const to = (place: number): void => {
      this.open = true;
      this.active = Math.max(0, Math.min(last, place));
    };
    if (event.key === "ArrowDown") to(this.open ? this.active + 1 : this.active);
    else if (event.key === "ArrowUp") to(this.active - 1);
    else if (event.key === "Enter") {
      if (this.open) this.#choose(this.#options[this.active]);
    } else if (event.key === "Escape") {
      if (!this.open) this.#search("");
      this.open = false;
    } else return;
    event.preventDefault();
  };
}

const swatch = (label: number) =>
  html`<span class="swatch" .style=${`background: ${classColour(label)}`}></span>`;
