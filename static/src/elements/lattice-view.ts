// <lattice-view>: a lattice of decoded images as a figure of its own, with the axes it spans.
//
// Attributes    model      id of the model that decodes it (reflected); not used in here
// Properties    lattice    Lattice (core/lattice) or null: setting it draws it
//               axisNames  two names; ["z₁", "z₂"]
// Style         the canvas is as wide as the element less 2.25rem for the vertical axis, and 1.5rem
//               of horizontal axis follow it; the page's colours
import { css, html, nothing, type PropertyValues, svg } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Lattice } from "../core/geometry/lattice";
import { formatNumber, ticks } from "../core/geometry/viewport";
import { AtlasElement } from "./atlas-element";
import "./image-view";
import { latticeImage } from "./paint";
import { base } from "./shared-styles";

/** The approximate number of ticks on an axis. */
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
    image-view {
      grid-area: 1 / 2;
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
  `,
  ];

  @property({ reflect: true }) model = "";
  @property({ attribute: false }) lattice: Lattice | null = null;
  @property({ attribute: false }) axisNames: readonly [string, string] = ["z₁", "z₂"];

  #image: ReturnType<typeof latticeImage> | null = null;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("lattice")) return;
    this.#image = this.lattice && latticeImage(this.lattice);
    this.takeData(this.lattice !== null);
  }

  protected override render() {
    const { width, height, channels } = this.#image?.image ?? {};
    return html`<image-view
        .label=${this.label}
        .message=${this.message}
        .width=${width}
        .height=${height}
        .channels=${channels}
        .pixels=${this.#image?.pixels ?? null}
        .state=${this.state}
      ></image-view>
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
