// <digit-grid>: small pictures in rows and columns, each with a caption; they can be picked.
//
// Attributes
//   columns   pictures in a row (10); the page's style may say otherwise by --columns
//   pick      the pictures are buttons
//   count     how many places to keep free before the first pictures are there (0)
// Properties
//   images    Float32Array, (n, H, W, C) in 0…1, or null; drawn with the next rendering
//   image     {height, width, channels} of one of them
//   captions  n texts, printed under the pictures; [] for none
//   names     n texts for assistive technology; the captions where there are none
//   marked    the index of the picture that is marked, or null
// Events (of a grid to pick from)
//   tile-point  {index}: a picture is under the pointer or has the focus
//   tile-pick   {index}: it was clicked, or Enter or Space was pressed on it
// Keys (of a grid to pick from): one tab stop; arrows, Home and End go from picture to picture.
// Style: --columns, --gap, --captions (room below each picture until captions come), --ratio (of a
// place until its picture says otherwise, 1); part tile.
import { css, html, nothing, type PropertyValues } from "lit";
import { customElement, property, queryAll, state } from "lit/decorators.js";
import type { Shape } from "../core/image/sheet";
import { AtlasElement } from "./atlas-element";
import { arrowOf, isBrowsersKey } from "./keys";
import { paintImage } from "./paint";
import { base } from "./shared-styles";

@customElement("digit-grid")
export class DigitGrid extends AtlasElement {
  static override styles = [
    base,
    css`
    :host {
      position: relative;
      color: var(--muted, #666);
      font-size: 0.6875rem;
      line-height: 1.25;
    }
    .tiles {
      display: grid;
      gap: var(--gap, 3px);
      align-items: start;
    }
    .tile {
      display: block;
      box-sizing: border-box;
      min-width: 0;
      margin: 0;
      padding: 0;
      border: 0;
      background: none;
      color: inherit;
      font: inherit;
      text-align: center;
    }
    button.tile {
      min-width: 24px;
      cursor: pointer;
    }
    canvas,
    .blank {
      display: block;
      width: 100%;
      aspect-ratio: var(--ratio, 1);
      border-radius: 2px;
      background: #000;
      image-rendering: var(--image-rendering, pixelated);
    }
    .blank {
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
      outline: 1px solid var(--accent, #0b57d0);
    }
    button.tile:focus-visible {
      outline-offset: 1px;
      border-radius: 2px;
    }
    .tile[data-marked] canvas {
      outline: 2px solid var(--accent, #0b57d0);
    }
    .tile[data-marked] .caption {
      color: var(--text, #1a1a1a);
      font-weight: 600;
    }
    p {
      position: absolute;
      inset: 0;
      display: grid;
      place-content: center;
      margin: 0;
      padding: 0.5rem;
      background: color-mix(in srgb, var(--background, #fff) 85%, transparent);
      color: var(--text, #1a1a1a);
      font-size: 0.8125rem;
      text-align: center;
    }
    @media (forced-colors: active) {
      canvas {
        outline: 1px solid CanvasText;
      }
      .tile[data-marked] canvas {
        outline: 3px solid Highlight;
      }
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

  get #drawn(): number {
    return this.images === null ? 0 : Math.floor(this.images.length / this.#size);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("images")) this.takeData(this.images !== null);
    if (changed.has("marked") && this.marked !== null) this.current = this.marked;
    const count = this.#drawn || this.count;
    if (this.current >= count) this.current = Math.max(0, count - 1);
  }

  protected override render() {
    const count = this.#drawn || this.count;
    // Named one by one, the pictures speak for themselves; else the whole is one picture.
    const whole = !this.pick && this.names.length === 0 && this.captions.length === 0;
    return html`<div
        class="tiles"
        .style=${`grid-template-columns: repeat(var(--columns, ${this.columns}), minmax(0, 1fr))`}
        role=${whole ? "img" : "group"}
        aria-label=${this.label}
        @keydown=${this.pick ? this.#press : nothing}
      >
        ${Array.from({ length: count }, (_, index) => this.#tile(index, whole))}
      </div>
      ${this.renderError()}`;
  }

  #tile(index: number, whole: boolean) {
    const { width, height } = this.image;
    const picture =
      this.#drawn === 0
        ? html`<span class="blank"></span>`
        : html`<canvas width=${width} height=${height} aria-hidden="true"></canvas>`;
    const caption = this.captions[index];
    const name = this.names[index] ?? caption ?? String(index + 1);
    const text =
      caption === undefined
        ? nothing
        : html`<span class="caption" aria-hidden="true">${caption}</span>`;
    if (!this.pick) {
      return html`<div
        class="tile"
        part="tile"
        role=${whole ? nothing : "img"}
        aria-label=${whole ? nothing : name}
        >${picture}${text}</div
      >`;
    }
    return html`<button
      type="button"
      class="tile"
      part="tile"
      aria-label=${name}
      aria-current=${this.marked === index ? "true" : nothing}
      ?data-marked=${this.marked === index}
      tabindex=${index === this.current ? 0 : -1}
      ?disabled=${this.#drawn === 0}
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
    const { width, height } = this.image;
    // Where pictures are square, the page's own style may set the ratio of their places.
    if (width === height) this.style.removeProperty("--ratio");
    else this.style.setProperty("--ratio", `${width} / ${height}`);
    if (changed.has("images") || changed.has("image")) this.#draw();
  }

  #draw(): void {
    if (this.images === null) return;
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

declare global {
  interface HTMLElementEventMap {
    "tile-point": CustomEvent<{ index: number }>;
    "tile-pick": CustomEvent<{ index: number }>;
  }
}
