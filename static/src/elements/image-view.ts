// <image-view>: draws one model image the moment it is set.
//
// Attributes
//   name     what it shows, e.g. "decoded"; outside checks find it by this
//   width, height, channels   of the image in pixels (28, 28, 1)
// Properties
//   pixels   Float32Array, H×W×C in 0…1: setting it draws at once, before anything else happens
// Slot
//   default  a prepared picture, shown until the first pixels are set

import { css, html } from "lit";
import { customElement, property } from "lit/decorators.js";
import { pictureDrawn } from "../core/async/after-picture";
import { AtlasElement } from "./atlas-element";
import { connectWhenNear } from "./connect-when-near";
import { paintImage } from "./paint";
import { base } from "./shared-styles";

@customElement("image-view")
export class ImageView extends AtlasElement {
  static override styles = [
    base,
    css`
    :host {
      display: grid;
      position: relative;
      aspect-ratio: 1;
      overflow: hidden;
      border-radius: var(--radius, 4px);
      background: #000;
      color: #fff;
    }
    canvas,
    ::slotted(img) {
      grid-area: 1 / 1;
      display: block;
      width: 100%;
      height: 100%;
      image-rendering: var(--image-rendering, pixelated);
    }
    :host(:not([drawn])) canvas {
      opacity: 0;
    }
    p {
      grid-area: 1 / 1;
      align-self: center;
      margin: 0;
      padding: 0.75rem;
      font-size: 0.8125rem;
      line-height: 1.4;
      text-align: center;
      z-index: 1;
    }
    :host([state="error"]) canvas,
    :host([state="error"]) ::slotted(img) {
      opacity: 0.15;
    }
    @media (forced-colors: active) {
      :host {
        outline: 1px solid CanvasText;
      }
    }
  `,
  ];

  @property() name = "";
  @property({ type: Number }) width = 28;
  @property({ type: Number }) height = 28;
  @property({ type: Number }) channels = 1;
  @property({ type: Boolean, reflect: true }) drawn = false;

  private readonly canvas = document.createElement("canvas");
  private shown: Float32Array | null = null;

  /** The image last drawn, or null before the first. */
  get pixels(): Float32Array | null {
    return this.shown;
  }

  set pixels(pixels: Float32Array | null) {
    this.shown = pixels;
    if (pixels === null) {
      this.drawn = false;
      this.state = "empty";
      return;
    }
    paintImage(this.canvas, pixels, this);
    pictureDrawn();
    this.drawn = true;
    this.state = "ready";
  }

  override connectedCallback(): void {
    connectWhenNear(this, () => super.connectedCallback());
  }

  protected override render() {
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", this.label || this.name);
    return html`<slot></slot>${this.canvas}${this.renderError()}`;
  }
}
