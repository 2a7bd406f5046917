// <digit-grid>: small pictures in rows and columns, each with a caption; they can be picked.
//
// Attributes
//   columns   pictures in a row (10); the page's style may say otherwise by --columns
//   pick      the pictures are buttons
//   count     how many places to keep free before the first pictures are there (0)
// Properties
//   images    Float32Array, (n, H, W, C) in 0…1, or null; drawn with the next rendering
//   captions  n texts, printed under the pictures; [] for none
//   names     n texts for assistive technology; the captions where there are none
//   marked    the index of the picture that is marked, or null
// Of a grid to pick from
//   tile-point  event {index}: a picture is under the pointer or has the focus
//   tile-pick   event {index}: it was clicked, or Enter or Space was pressed on it
//   keys        one tab stop; arrows, Home and End go from picture to picture
// Style: --columns, --gap, --captions (room below each picture until captions come), --ratio (of a
// place until its picture says otherwise, 1).
import { css, html, nothing, type PropertyValues } from "lit";
import { customElement, property, queryAll, state } from "lit/decorators.js";
import type { Shape } from "../core/image/sheet";
import { AtlasElement } from "./atlas-element";
import { arrowOf, isBrowsersKey } from "./keys";
import { paintImage } from "./paint";
import { base, pictures } from "./shared-styles";

@customElement("digit-grid")
export class DigitGrid extends AtlasElement {
  static override styles = [
    base,
    pictures,
    css`
    :host {
      color: var(--muted, #666);
      font-size: 0.75rem;
      line-height: 1.25;
    }
    .tiles {
      display: grid;
      gap: var(--gap, 3px);
      align-items: start;
    }
    .tile {
      display: block;
      padding: 0;
      border: 0;
      background: none;
      color: inherit;
      font: inherit;
      text-align: center;
    }
    button.tile {
      min-width: 24px;
      min-height: var(--target, 0);
      cursor: pointer;
    }
    canvas,
    .blank {
      display: block;
      aspect-ratio: var(--ratio, 1);
      border-radius: 2px;
      background: var(--faint, #eee);
    }
    .tile:not(:has(.caption)) {
      padding-bottom: var(--captions, 0);
    }
    .caption {
      display: block;
      padding: 0.2em 0;
      white-space: pre-line;
    }
    button.tile:hover canvas {
      outline-color: var(--accent, #0b57d0);
    }
    [aria-current] canvas {
      outline: 2px solid var(--accent, #0b57d0);
    }
    [aria-current] .caption {
      color: var(--text, #1a1a1a);
      font-weight: 600;
    }
    .over {
      color: var(--text, #1a1a1a);
      font-size: 0.8125rem;
    }
  `,
  ];

  @property({ type: Number }) columns = 10;
  @property({ type: Boolean }) pick = false;
  @property({ type: Number }) count = 0;
  @property({ attribute: false }) images: Float32Array | null = null;
  @property({ attribute: false }) image: Shape = { height: 28, width: 28, channels: 1 };
  @property({ attribute: false }) captions: readonly string[] = [];
  @property({ attribute: false }) names: readonly string[] = [];
  @property({ attribute: false }) marked: number | null = null;

  /** The picture that Tab leads to. */
  @state() private current = 0;
  @queryAll(".tile") private readonly tiles!: NodeListOf<HTMLElement>;

  get #size(): number {
    return this.image.height * this.image.width * this.image.channels;
  }

  /** How many places there are. */
  get #places(): number {
    return this.images === null ? this.count : this.images.length / this.#size;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("images")) this.takeData(this.images !== null);
    if (changed.has("marked") && this.marked !== null) this.current = this.marked;
    if (this.current >= this.#places) this.current = 0;
  }

  protected override render() {
    const { width, height } = this.image;
    // Where pictures are square, the page's own style may set the ratio of their places.
    const ratio = width === height ? "" : `--ratio: ${width} / ${height}`;
    const tracks = `repeat(var(--columns, ${this.columns}), minmax(0, 1fr))`;
    // Named one by one, the pictures speak for themselves; else the whole is one picture.
    const whole = !this.pick && this.names.length === 0 && this.captions.length === 0;
    return html`<div
        class="tiles"
        .style=${`grid-template-columns: ${tracks}; ${ratio}`}
        role=${whole ? "img" : "group"}
        aria-label=${this.label}
        @keydown=${this.pick ? this.#press : nothing}
      >
        ${Array.from({ length: this.#places }, (_, index) => this.#tile(index, whole))}
      </div>
      ${this.renderError()}`;
  }

  #tile(index: number, whole: boolean) {
    const picture =
      this.images === null
        ? html`<span class="blank"></span>`
        : html`<canvas aria-hidden="true"></canvas>`;
    const caption = this.captions[index];
    const name = this.names[index] ?? caption ?? String(index + 1);
    const text = caption && html`<span class="caption" aria-hidden="true">${caption}</span>`;
    if (!this.pick) {
      return html`<div
        class="tile"
        role=${whole ? nothing : "img"}
        aria-label=${whole ? nothing : name}
        >${picture}${text}</div
      >`;
    }
    return html`<button
      type="button"
      class="tile"
      aria-label=${name}
      aria-current=${this.marked === index ? "true" : nothing}
      tabindex=${index === this.current ? 0 : -1}
      ?disabled=${this.images === null}
      @pointerenter=${() => this.emit("tile-point", { index })}
      @focus=${() => {
        this.current = index;
        this.emit("tile-point", { index });
      }}
      @click=${() => this.emit("tile-pick", { index })}
    >
      ${picture}${text}
    </button>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (this.images === null || !(changed.has("images") || changed.has("image"))) return;
    for (const [index, tile] of this.tiles.entries()) {
      const canvas = tile.querySelector("canvas");
      const pixels = this.images.subarray(index * this.#size, (index + 1) * this.#size);
      if (canvas !== null) paintImage(canvas, pixels, this.image);
    }
  }

  readonly #press = (event: KeyboardEvent): void => {
    if (isBrowsersKey(event)) return;
    // The length of a row as laid out: the page's style may have set it.
    const top = this.tiles[0]?.offsetTop;
    const row = Array.from(this.tiles).filter((tile) => tile.offsetTop === top).length;
    const last = this.tiles.length - 1;
    const arrow = arrowOf(event);
    const ends: Record<string, number> = { Home: 0, End: last };
    const next = arrow ? this.current + arrow[0] + row * arrow[1] : ends[event.key];
    if (next === undefined) return;
    event.preventDefault(); // the page scrolls with these keys otherwise
    if (next >= 0 && next <= last) this.tiles[next]?.focus();
  };
}
