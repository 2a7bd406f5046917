// <image-view>: draws one model image the moment it is set.
//
// Attributes
//   name     what it shows, e.g. "decoded"; outside checks find it by this
//   label    its name for assistive technology
//   width, height, channels   of the image in pixels (28, 28, 1)
//   state    empty | loading | ready | error (reflected; set by the page)
//   message  the sentence shown in place of the picture in state "error"
// Properties
//   pixels   Float32Array, H×W×C in 0…1: setting it draws at once, before anything else happens
// Slot
//   default  a prepared picture, shown until the first pixels are set

import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import { pictureDrawn } from "../core/async/after-picture";
import { connectWhenNear } from "./connect-when-near";

export type ElementState = "empty" | "loading" | "ready" | "error";

@customElement("image-view")
export class ImageView extends LitElement {
  static override styles = css`
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
    canvas {
      opacity: 0;
    }
    :host([drawn]) canvas {
      opacity: 1;
    }
    p {
      grid-area: 1 / 1;
      align-self: center;
      margin: 0;
      padding: 0.75rem;
      font: 0.8125rem/1.4 var(--font, sans-serif);
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
  `;

  @property() name = "";
  @property() label = "";
  @property({ type: Number }) width = 28;
  @property({ type: Number }) height = 28;
  @property({ type: Number }) channels = 1;
  @property({ reflect: true }) state: ElementState = "empty";
  @property() message = "";
  @property({ type: Boolean, reflect: true }) drawn = false;

  private readonly canvas = document.createElement("canvas");
  private context: CanvasRenderingContext2D | null = null;
  private picture: ImageData | null = null;
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
    this.draw(pixels);
    if (!this.drawn) this.drawn = true;
    if (this.state !== "ready") this.state = "ready";
  }

  override connectedCallback(): void {
    connectWhenNear(this, () => super.connectedCallback());
  }

  private draw(pixels: Float32Array): void {
    const { width, height, channels } = this;
    if (this.picture === null || this.picture.width !== width || this.picture.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
      this.picture = new ImageData(width, height);
      this.context = this.canvas.getContext("2d", { alpha: false });
    }
    const bytes = this.picture.data;
    for (let i = 0, from = 0; i < bytes.length; i += 4, from += channels) {
      // A Uint8ClampedArray rounds and clamps by itself.
      bytes[i] = (pixels[from] as number) * 255;
      bytes[i + 1] = (pixels[channels === 1 ? from : from + 1] as number) * 255;
      bytes[i + 2] = (pixels[channels === 1 ? from : from + 2] as number) * 255;
      bytes[i + 3] = 255;
    }
    this.context?.putImageData(this.picture, 0, 0);
    pictureDrawn();
  }

  protected override render() {
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", this.label || this.name);
    return html`<slot></slot>${this.canvas}${
      this.state === "error" ? html`<p role="status">${this.message}</p>` : null
    }`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "image-view": ImageView;
  }
}
