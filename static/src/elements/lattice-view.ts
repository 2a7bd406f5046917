// <lattice-view>: a lattice of decoded images as a figure of its own, with the axes it spans.
//
// Attributes    model      id of the model that decodes it (reflected); not used in here
// Style         the canvas is as wide as the element less 2.25rem for the vertical axis, and 1.5rem
//               of horizontal axis follow it
import { css, html, nothing, type PropertyValues, svg } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import type { Lattice } from "../core/geometry/lattice";
import { formatNumber, ticks } from "../core/geometry/viewport";
import { AtlasElement } from "./atlas-element";
import { paintLattice } from "./paint";
import { base, pictures } from "./shared-styles";

@customElement("lattice-view")
export class LatticeView extends AtlasElement {
  static override styles = [
    base,
    pictures,
    css`
    :host {
      display: grid;
      grid-template: 1fr 1.5rem / 2.25rem minmax(0, 1fr);
      color: var(--muted, #666);
      font-size: 0.75rem;
      line-height: 1;
    }
    canvas {
      grid-area: 1 / 2;
      aspect-ratio: 1;
      background: #000;
    }
    svg {
      height: 100%;
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
  @query("canvas") private readonly canvas!: HTMLCanvasElement;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("lattice")) this.takeData(this.lattice !== null);
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("lattice") && this.lattice) paintLattice(this.canvas, this.lattice);
  }

  protected override render() {
    return html`<canvas role="img" aria-label=${this.label}></canvas>
      ${this.lattice === null ? nothing : this.#axes(this.lattice)} ${this.renderError()}`;
  }

  /** Ticks at round values below and left of the picture, where the sites' coordinates are them. */
  #axes({ bounds: { min, max } }: Lattice) {
    const across = ticks(min[0], max[0], 5);
    const along = ticks(min[1], max[1], 5);
    const share = (value: number, low: number, high: number): string =>
      `${(100 * (value - low)) / (high - low)}%`;
    return html`<svg class="across" aria-hidden="true">
        ${across.values.map((value) => {
          const x = share(value, min[0], max[0]);
          return svg`<line x1=${x} x2=${x} y1="2" y2="6"></line>
            <text x=${x} y="18" text-anchor="middle">${formatNumber(value, across.decimals)}</text>`;
        })}
        <text class="name" x="100%" y="18" text-anchor="end">z₁</text>
      </svg>
      <svg class="along" aria-hidden="true">
        ${along.values.map((value) => {
          const y = share(-value, -max[1], -min[1]);
          return svg`<line x1="30" x2="34" y1=${y} y2=${y}></line>
            <text x="27" y=${y} dy="0.35em" text-anchor="end">${formatNumber(value, along.decimals)}</text>`;
        })}
        <text class="name" x="27" y="9" text-anchor="end">z₂</text>
      </svg>`;
  }
}
