// <lattice-view>: a lattice of decoded images as a figure of its own, with the axes it spans.
//
// Attributes    model    id of the model that decodes it (reflected); not used in here
//               label    its name for assistive technology
//               state    empty | loading | ready | error (reflected). Ready once a lattice is
//                        drawn; the page sets loading and error
//               message  the sentence shown in place of the picture in state "error"
// Properties    lattice    Lattice (core/lattice) or null: setting it draws it
//               axisNames  two names; ["z₁", "z₂"]
// Style         the canvas is as wide as the element less 2.25rem for the vertical axis, and 1.5rem
//               of horizontal axis follow it; the page's colours
import { css, html, nothing, type PropertyValues, svg } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Lattice } from "../core/geometry/lattice";
import { formatNumber, ticks } from "../core/geometry/viewport";
import { AtlasElement } from "./atlas-element";
import { paintLattice } from "./paint";
import { base } from "./shared-styles";

/** About so many ticks an axis. */
const TICKS = 5;

@customElement("lattice-view")
export class LatticeView extends AtlasElement {
  static override styles = [
    base,
    css`
    :host {
      display: grid;
      grid-template: 1fr 1.5rem / 2.25rem minmax(0, 1fr);
      color: var(--muted, #666);
      font-size: 0.75rem;
      line-height: 1;
    }
    .picture {
      display: grid;
      grid-area: 1 / 2;
      aspect-ratio: 1;
      overflow: hidden;
      border-radius: var(--radius, 4px);
      background: #000;
      color: #fff;
    }
    canvas {
      grid-area: 1 / 1;
      display: block;
      width: 100%;
      height: 100%;
      image-rendering: var(--image-rendering, pixelated);
    }
    :host([state="error"]) canvas {
      opacity: 0.15;
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
    svg {
      display: block;
      width: 100%;
      height: 100%;
      overflow: visible;
      fill: currentColor;
    }
    .across {
      grid-area: 2 / 2;
    }
    .along {
      grid-area: 1 / 1;
    }
    line {
      stroke: currentColor;
      stroke-width: 1px;
    }
    .name {
      font-style: italic;
    }
    @media (forced-colors: active) {
      .picture {
        outline: 1px solid CanvasText;
      }
    }
  `,
  ];

  @property({ reflect: true }) model = "";
  @property({ attribute: false }) lattice: Lattice | null = null;
  @property({ attribute: false }) axisNames: readonly [string, string] = ["z₁", "z₂"];

  private readonly canvas = document.createElement("canvas");

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("lattice")) return;
    if (this.lattice !== null) paintLattice(this.canvas, this.lattice);
    this.takeData(this.lattice !== null);
  }

  protected override render() {
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", this.label);
    return html`<div class="picture">
        ${this.canvas}${
          this.state === "error" ? html`<p role="status">${this.message}</p>` : nothing
        }
      </div>
      ${this.lattice === null ? nothing : this.#axes(this.lattice)}`;
  }

  /** Ticks at round values below and left of the picture, where the sites' coordinates are them. */
  #axes({ bounds: { min, max } }: Lattice) {
    const across = ticks(min[0], max[0], TICKS);
    const along = ticks(min[1], max[1], TICKS);
    const share = (value: number, low: number, high: number): string =>
      `${(100 * (value - low)) / (high - low)}%`;
    return html`<svg class="across" aria-hidden="true">
        ${across.values.map((value) => {
          const x = share(value, min[0], max[0]);
          return svg`<line x1=${x} x2=${x} y1="2" y2="6"></line>
            <text x=${x} y="18" text-anchor="middle">${formatNumber(value, across.decimals)}</text>`;
        })}
        <text class="name" x="100%" y="18" text-anchor="end">${this.axisNames[0]}</text>
      </svg>
      <svg class="along" aria-hidden="true">
        ${along.values.map((value) => {
          const y = share(-value, -max[1], -min[1]);
          return svg`<line x1="30" x2="34" y1=${y} y2=${y}></line>
            <text x="27" y=${y} dy="0.35em" text-anchor="end">${formatNumber(value, along.decimals)}</text>`;
        })}
        <text class="name" x="27" y="9" text-anchor="end">${this.axisNames[1]}</text>
      </svg>`;
  }
}
