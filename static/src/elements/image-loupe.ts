// <image-loupe>: pictures of one thing side by side, and the same small part of each enlarged.
//
// Property    centre, [u, v]: where the loupe is, in shares of a picture's width and height
// Event       centre-change {centre}: the reader moved the loupe
// A mouse moves the loupe by hovering, a finger or pen by pressing; a second finger does nothing.
// Keys: one tab stop; arrows move the loupe by a pixel, with Shift by eight.
// Style: --columns, how many pictures a row has.
import { css, html, nothing } from "lit";
import { customElement, property, queryAll } from "lit/decorators.js";
import { clamp, type Point } from "../core/geometry/viewport";
import type { Shape } from "../core/image/sheet";
import { AtlasElement } from "./atlas-element";
import { arrowOf, isBrowsersKey } from "./keys";
import { paintImage } from "./paint";
import { type Gesture, Pointers } from "./pointers";
import { base, pictures } from "./shared-styles";

export interface LoupePicture {
  readonly name: string;
  readonly note: string;
  /** H×W×C in 0…1, or null where they are not there; `message` then says why. */
  readonly pixels: Float32Array | null;
  readonly message: string;
}

/** How many times the part is enlarged. */
const POWER = 3;
/** Pixels that an arrow key moves by with Shift. */
const LEAP = 8;

@customElement("image-loupe")
export class ImageLoupe extends AtlasElement {
  static override styles = [
    base,
    pictures,
    css`
      .row {
        display: grid;
        grid-template-columns: repeat(var(--columns, 4), minmax(0, 1fr));
        gap: 1.25rem 1rem;
        border-radius: var(--radius, 4px);
      }
      .row:focus-visible {
        outline-offset: 4px;
      }
      figure {
        display: grid;
        gap: 0.4rem;
      }
      .whole {
        position: relative;
        cursor: crosshair;
        /* Across, a finger moves the loupe; up and down it scrolls the page. */
        touch-action: pan-y;
      }
      canvas {
        aspect-ratio: 1;
        background: var(--faint, #eee);
      }
      .frame {
        position: absolute;
        border: 2px solid #fff;
        outline: 1px solid #000;
        pointer-events: none;
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
    `,
  ];

  @property({ attribute: false }) pictures: readonly LoupePicture[] = [];
  @property({ attribute: false }) image: Shape = { height: 64, width: 64, channels: 3 };
  @property({ attribute: false }) centre: readonly [number, number] = [0.5, 0.5];

  readonly #pointers = new Pointers({
    press: (at) => this.#press(at),
    hover: (at) => this.#point(at),
  });

  @queryAll("figure") private readonly figures!: NodeListOf<HTMLElement>;

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has("pictures")) this.takeData(this.pictures.some(({ pixels }) => pixels !== null));
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
            <div class="whole">
              <canvas role="img" aria-label=${name}></canvas>
              <span class="frame" .style=${this.#frame()} ?hidden=${pixels === null}></span>
              ${message === "" ? nothing : html`<p class="over" role="status">${message}</p>`}
            </div>
            <canvas role="img" aria-label=${`A part of it, enlarged: ${name}`}></canvas>
            <figcaption><b>${name}</b><span>${note}</span></figcaption>
          </figure>`,
        )}
      </div>
      ${this.renderError()}
      <p id="help" class="spoken">Arrow keys move the loupe.</p>`;
  }

  protected override updated(changed: Map<PropertyKey, unknown>): void {
    const isMoved = changed.size === 1 && changed.has("centre");
    const [x, y, across] = this.#corner();
    for (const [i, figure] of this.figures.entries()) {
      const [whole, part] = figure.querySelectorAll("canvas");
      const pixels = this.pictures[i]?.pixels ?? null;
      if (whole === undefined || part === undefined) continue;
      part.width = across; // which also empties it
      part.height = across;
      if (!isMoved) Object.assign(whole, { width: this.image.width, height: this.image.height });
      if (pixels !== null) {
        if (!isMoved) {
          this.#pointers.watch(whole);
          paintImage(whole, pixels, this.image);
        }
        part.getContext("2d")?.drawImage(whole, x, y, across, across, 0, 0, across, across);
      }
    }
  }

  /** Whole pixels: the enlarged part shows the pixels themselves. */
  #corner(): [x: number, y: number, across: number] {
    const { width, height } = this.image;
    const across = Math.round(width / POWER);
    const at = (share: number, length: number): number =>
      clamp(Math.round(share * length - across / 2), 0, length - across);
    return [at(this.centre[0], width), at(this.centre[1], height), across];
  }

  /** Where the part lies on the whole, as a style. */
  #frame(): string {
    const [x, y, across] = this.#corner();
    const { width, height } = this.image;
    const share = (pixels: number, all: number): string => `${(100 * pixels) / all}%`;
    return `left: ${share(x, width)}; top: ${share(y, height)};
      width: ${share(across, width)}; height: ${share(across, height)}`;
  }

  #move(u: number, v: number): void {
    // The part stays within the picture; beyond its edge arrow keys would seem to do nothing.
    const margin = 0.5 / POWER;
    this.centre = [clamp(u, margin, 1 - margin), clamp(v, margin, 1 - margin)];
    this.emit("centre-change", { centre: this.centre });
  }

  #point([u, v]: Point): void {
    if (this.state === "ready") this.#move(u, v);
  }

  #press(at: Point): Gesture {
    const before = this.centre;
    this.#point(at);
    return { move: (at) => this.#point(at), undo: () => this.#point(before) };
  }

  readonly #key = (event: KeyboardEvent): void => {
    const arrow = arrowOf(event);
    if (arrow === null || isBrowsersKey(event)) return;
    event.preventDefault();
    const step = (event.shiftKey ? LEAP : 1) / this.image.width;
    this.#move(this.centre[0] + arrow[0] * step, this.centre[1] + arrow[1] * step);
  };
}

declare global {
  interface HTMLElementTagNameMap {
    "image-loupe": ImageLoupe;
  }
}
