// <marginal-density>: how a map's points lie along one of its axes, a curve for each class.
//
// Attributes    upright  it stands beside the map, along the vertical axis (reflected); else it
//                        lies above the map, along the horizontal one
// Properties    range       [low, high]: what the axis shows
//               isolated    classes shown in colour; empty: all
//               at          where the cursor is on the axis, or null
// Style         --class-0 … --class-9; it fills the box that the page gives it
import { css, html, nothing, type PropertyValues, svg } from "lit";
import { customElement, property } from "lit/decorators.js";
import { type Marginal, outline } from "../../core/points/marginal";
import { AtlasElement } from "../atlas-element";
import { isDimmed } from "../map/map-names";
import { base, classColour } from "../shared-styles";

/** Units of the drawing along the axis and across it; it is stretched to its box. */
const LENGTH = 400;
const HEIGHT = 100;
/** The highest curve leaves a little room. */
const FILL = 0.95;

@customElement("marginal-density")
export class MarginalDensity extends AtlasElement {
  static override styles = [
    base,
    css`
    :host {
      min-width: 0;
      min-height: 0;
    }
    svg {
      height: 100%;
      overflow: hidden;
      forced-color-adjust: none;
    }
    path {
      fill-opacity: 0.18;
      stroke-width: 1.25px;
      vector-effect: non-scaling-stroke;
      stroke-linejoin: round;
    }
    .dimmed {
      fill: none;
      stroke: var(--line, #ccc);
    }
    .at {
      stroke: CanvasText;
      vector-effect: non-scaling-stroke;
    }
  `,
  ];

  @property({ type: Boolean, reflect: true }) upright = false;
  @property({ attribute: false }) marginal: Marginal | null = null;
  @property({ attribute: false }) range: readonly [number, number] = [-1, 1];
  @property({ attribute: false }) isolated: readonly number[] = [];
  @property({ attribute: false }) at: number | null = null;
  override label = "Density along an axis";

  /** The outline of each class that occurs, by its label; made once, and then only moved. */
  #outlines: { label: number; d: string }[] = [];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("marginal") && !changed.has("upright")) return;
    this.state = this.marginal === null ? "empty" : "ready";
    const densities = this.marginal?.densities ?? [];
    const peaks = densities.map((density) => Math.max(0, ...density));
    const peak = Math.max(...peaks) / FILL;
    const size = { length: LENGTH, height: HEIGHT, upright: this.upright };
    this.#outlines = densities.flatMap((density, label) =>
      peaks[label] === 0 ? [] : [{ label, d: outline(density, peak, size) }],
    );
  }

  /** Units of the drawing at a place on the axis. */
  #along(value: number): number {
    if (this.marginal === null) return 0;
    const { low, step, densities } = this.marginal;
    return ((value - low) / (step * ((densities[0]?.length ?? 2) - 1))) * LENGTH;
  }

  protected override render() {
    const [low, high] = [this.#along(this.range[0]), this.#along(this.range[1])];
    const box = this.upright
      ? `0 ${LENGTH - high} ${HEIGHT} ${high - low}`
      : `${low} 0 ${high - low} ${HEIGHT}`;
    const dimmed = (label: number): boolean => isDimmed(this, label);
    // Dimmed classes lie below the others.
    const order = [...this.#outlines].sort((a, b) => +dimmed(b.label) - +dimmed(a.label));
    return html`<svg role="img" aria-label=${this.label} viewBox=${box} preserveAspectRatio="none">
      ${order.map(
        ({ label, d }) =>
          svg`<path class=${dimmed(label) ? "dimmed" : `class-${label}`} fill=${classColour(label)}
            stroke=${classColour(label)} d=${d}></path>`,
      )}
      ${this.#cursor()}
    </svg>`;
  }

  #cursor() {
    if (this.at === null || this.marginal === null) return nothing;
    const along = this.#along(this.at);
    return this.upright
      ? svg`<line class="at" x1="0" x2=${HEIGHT} y1=${LENGTH - along} y2=${LENGTH - along}></line>`
      : svg`<line class="at" x1=${along} x2=${along} y1="0" y2=${HEIGHT}></line>`;
  }
}
