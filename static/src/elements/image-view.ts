// <image-view>: draws one model image the moment it is set.
//
// Its name is what it shows, e.g. "decoded"; outside checks find it by this. A picture in its slot is
// shown until the first pixels are set.
import { css, html } from "lit";
import { customElement, property } from "lit/decorators.js";
import { pictureDrawn } from "../core/async/after-picture";
import { AtlasElement } from "./atlas-element";
import { connectWhenNear } from "./connect-when-near";
import { paintImage } from "./paint";
import { base, pictures } from "./shared-styles";

@customElement("image-view")
export class ImageView extends AtlasElement {
  static override styles = [
    base,
    pictures,
    css`
    :host {
      display: grid;
      aspect-ratio: 1;
      overflow: hidden;
      border-radius: var(--radius, 4px);
      outline: 1px solid transparent; /* seen in forced colours */
      background: #000;
    }
    canvas,
    ::slotted(img) {
      grid-area: 1 / 1;
      height: 100%;
    }
    /* Chromium would keep a layer even of one that cannot be seen, and order it anew each frame. */
    :host(:not([drawn])) canvas {
      visibility: hidden;
    }
    .over {
      background: rgb(0 0 0 / 85%);
      color: #fff;
      font-size: 0.8125rem;
    }
  `,
  ];

  @property() name = "";
  @property({ type: Number }) width = 28;
  @property({ type: Number }) height = 28;
  @property({ type: Number }) channels = 1;
  @property({ type: Boolean, reflect: true }) drawn = false;
  /** Whether the pixels are near what the model would draw, and not its own. */
  @property({ type: Boolean, reflect: true }) approximate = false;

  readonly #canvas = document.createElement("canvas");
  #pixels: Float32Array | null = null;

  /** The image last drawn, H×W×C in 0…1, or null: setting it draws at once, before anything else. */
  get pixels(): Float32Array | null {
    return this.#pixels;
  }

  set pixels(pixels: Float32Array | null) {
    this.#pixels = pixels;
    if (pixels !== null) {
      paintImage(this.#canvas, pixels, this);
      pictureDrawn();
    }
    this.drawn = pixels !== null;
    this.approximate &&= this.drawn;
    this.state = this.drawn ? "ready" : "empty";
  }

  override connectedCallback(): void {
    connectWhenNear(this, () => super.connectedCallback());
  }

  protected override render() {
    this.#canvas.setAttribute("role", "img");
    this.#canvas.setAttribute("aria-label", this.label || this.name);
    // Assistive technology meets one of the two.
    const prepared = this.querySelector("img");
    prepared?.setAttribute("aria-hidden", String(this.drawn));
    this.#canvas.setAttribute("aria-hidden", String(!this.drawn && prepared !== null));
    return html`<slot></slot>${this.#canvas}${this.renderError()}`;
  }
}
