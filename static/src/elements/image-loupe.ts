// <image-loupe>: pictures of one thing side by side, and the same small part of each enlarged.
//
// Attributes
//   label    what the pictures are, for assistive technology
//   state    empty | loading | ready | error (reflected). Ready with the first picture; the page
//            sets loading and, where there is none to come, error
//   message  the sentence of state "error"
//   power    how many times the part is enlarged (4)
// Properties
//   pictures  {name, note, pixels, message}[]: each with its words, and its pixels, Float32Array
//             H×W×C in 0…1, or null where they are not there; `message` then says why
//   image     {height, width, channels} of one
//   centre    [u, v], where the loupe is, in shares of a picture's width and height
// Events
//   centre-change  {centre}: the reader moved the loupe; bubbles, composed
// Keys: one tab stop; arrows move the loupe by a pixel, with Shift by eight.
// Style: --columns, how many pictures a row has.
import { css, html, LitElement, nothing } from "lit";
import { customElement, property, queryAll } from "lit/decorators.js";
import { toRgba } from "../core/image/pictures";
import type { Shape } from "../core/image/sheet";
import { spoken } from "./shared-styles";

export interface LoupePicture {
  readonly name: string;
  readonly note: string;
  readonly pixels: Float32Array | null;
  readonly message: string;
}

type Centre = readonly [u: number, v: number];

/** Pixels that an arrow key moves by with Shift. */
const LEAP = 8;

@customElement("image-loupe")
export class ImageLoupe extends LitElement {
  static override styles = [
    spoken,
    css`
      :host {
        display: block;
        color: var(--text, #1a1a1a);
        font: 0.875rem / 1.5 var(--font, sans-serif);
        font-variant-numeric: tabular-nums;
      }
      .row {
        display: grid;
        grid-template-columns: repeat(var(--columns, 4), minmax(0, 1fr));
        gap: 1.25rem 1rem;
        border-radius: var(--radius, 4px);
      }
      .row:focus-visible {
        outline: 2px solid var(--accent, #0b57d0);
        outline-offset: 4px;
      }
      figure {
        display: grid;
        gap: 0.4rem;
        margin: 0;
      }
      .whole {
        position: relative;
        cursor: crosshair;
        /* Across, a finger moves the loupe; up and down it scrolls the page. */
        touch-action: pan-y;
      }
      canvas {
        display: block;
        width: 100%;
        aspect-ratio: 1;
        border-radius: var(--radius, 4px);
        background: var(--faint, #eee);
        image-rendering: var(--image-rendering, pixelated);
      }
      .frame {
        position: absolute;
        box-sizing: border-box;
        border: 2px solid #fff;
        outline: 1px solid #000;
        pointer-events: none;
      }
      .missing {
        position: absolute;
        inset: 0;
        display: grid;
        place-content: center;
        margin: 0;
        padding: 0.75rem;
        text-align: center;
      }
      figcaption b {
        font-weight: 600;
      }
      figcaption span {
        display: block;
        min-height: 3em;
        color: var(--muted, #666);
        font-size: 0.8125rem;
      }
      @media (forced-colors: active) {
        canvas {
          outline: 1px solid CanvasText;
        }
      }
    `,
  ];

  @property() label = "";
  @property({ reflect: true }) state: "empty" | "loading" | "ready" | "error" = "empty";
  @property() message = "";
  @property({ type: Number }) power = 4;
  @property({ attribute: false }) pictures: readonly LoupePicture[] = [];
  @property({ attribute: false }) image: Shape = { height: 64, width: 64, channels: 3 };
  @property({ attribute: false }) centre: Centre = [0.5, 0.5];

  @queryAll("figure") private readonly figures!: NodeListOf<HTMLElement>;

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (!changed.has("pictures")) return;
    if (this.pictures.some(({ pixels }) => pixels !== null)) this.state = "ready";
    else if (this.state === "ready") this.state = "empty";
  }

  protected override render() {
    return html`<div
        class="row"
        role="group"
        tabindex=${this.state === "ready" ? 0 : nothing}
        aria-label=${this.label}
        aria-describedby="help"
        @keydown=${this.#key}
      >
        ${this.pictures.map(
          ({ name, note, pixels, message }) => html`<figure>
            <div
              class="whole"
              @pointermove=${this.#point}
              @pointerdown=${this.#point}
            >
              <canvas role="img" aria-label=${name}></canvas>
              <span class="frame" ?hidden=${pixels === null}></span>
              ${message === "" ? nothing : html`<p class="missing" role="status">${message}</p>`}
            </div>
            <canvas role="img" aria-label=${`A part of it, enlarged: ${name}`}></canvas>
            <figcaption><b>${name}</b><span>${note}</span></figcaption>
          </figure>`,
        )}
      </div>
      ${this.state === "error" ? html`<p role="status">${this.message}</p>` : nothing}
      <p id="help" class="spoken">Arrow keys move the loupe.</p>`;
  }

  protected override updated(changed: Map<PropertyKey, unknown>): void {
    const isMoved = changed.size === 1 && changed.has("centre");
    for (const [i, figure] of this.figures.entries()) {
      const [whole, part] = figure.querySelectorAll("canvas");
      const pixels = this.pictures[i]?.pixels ?? null;
      if (whole === undefined || part === undefined) continue;
      if (!isMoved) this.#drawWhole(whole, pixels);
      this.#drawPart(whole, part, pixels !== null);
      this.#place(figure.querySelector<HTMLElement>(".frame"));
    }
  }

  #drawWhole(canvas: HTMLCanvasElement, pixels: Float32Array | null): void {
    const { width, height, channels } = this.image;
    canvas.width = width;
    canvas.height = height;
    if (pixels === null) return;
    const picture = new ImageData(toRgba(pixels, channels), width, height);
    canvas.getContext("2d")?.putImageData(picture, 0, 0);
  }

  /** Whole pixels, so that what is enlarged is what is there. */
  #corner(): [x: number, y: number, across: number] {
    const { width, height } = this.image;
    const across = Math.round(width / this.power);
    const at = (share: number, length: number): number =>
      Math.min(Math.max(Math.round(share * length - across / 2), 0), length - across);
    return [at(this.centre[0], width), at(this.centre[1], height), across];
  }

  #drawPart(whole: HTMLCanvasElement, canvas: HTMLCanvasElement, isThere: boolean): void {
    const [x, y, across] = this.#corner();
    canvas.width = across;
    canvas.height = across;
    if (isThere) {
      canvas.getContext("2d")?.drawImage(whole, x, y, across, across, 0, 0, across, across);
    }
  }

  /** By hand: the page's policy forbids style attributes. */
  #place(frame: HTMLElement | null): void {
    if (frame === null) return;
    const [x, y, across] = this.#corner();
    const { width, height } = this.image;
    frame.style.left = `${(100 * x) / width}%`;
    frame.style.top = `${(100 * y) / height}%`;
    frame.style.width = `${(100 * across) / width}%`;
    frame.style.height = `${(100 * across) / height}%`;
  }

  #move(u: number, v: number): void {
    // Not nearer to an edge than half of what is enlarged: arrows would be lost there.
    const margin = 0.5 / this.power;
    const within = (share: number): number => Math.min(Math.max(share, margin), 1 - margin);
    this.centre = [within(u), within(v)];
    const detail = { centre: this.centre };
    this.dispatchEvent(new CustomEvent("centre-change", { detail, bubbles: true, composed: true }));
  }

  readonly #point = (event: PointerEvent): void => {
    if (this.state !== "ready") return;
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    this.#move((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  };

  readonly #key = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = (event.shiftKey ? LEAP : 1) / this.image.width;
    const [u, v] = this.centre;
    const moves: Record<string, Centre> = {
      ArrowLeft: [u - step, v],
      ArrowRight: [u + step, v],
      ArrowUp: [u, v - step],
      ArrowDown: [u, v + step],
    };
    const to = moves[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.#move(...to);
  };
}

declare global {
  interface HTMLElementTagNameMap {
    "image-loupe": ImageLoupe;
  }
  interface HTMLElementEventMap {
    "centre-change": CustomEvent<{ centre: readonly [number, number] }>;
  }
}
