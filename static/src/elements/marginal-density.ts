// <marginal-density>: how a map's points lie along one of its axes, a curve for each class.
//
// Attributes    label    its name for assistive technology
//               upright  it stands beside the map, along the vertical axis (reflected); else it
//                        lies above the map, along the horizontal one
//               state    empty | ready (reflected): ready while there is something to show
// Properties    marginal    Marginal (core/marginal), or null
//               range       [low, high]: what the axis shows
//               isolated    classes shown in colour; empty: all
//               at          where the cursor is on the axis, or null
// Style         --class-0 … --class-9; it fills the box that the page gives it
//
// It has no keys: it follows the map that it belongs to.
import { css, html, LitElement, nothing, type PropertyValues, svg, unsafeCSS } from "lit";
import { customElement, property } from "lit/decorators.js";
import { type Marginal, outline } from "../core/marginal";

/** Units of the drawing along the axis and across it; it is stretched to its box. */
const LENGTH = 400;
const HEIGHT = 100;
/** The highest curve leaves a little room. */
const FILL = 0.95;
const CLASSES = 10;

const classColours = Array.from(
  { length: CLASSES },
  (_, k) => `.class-${k} { fill: var(--class-${k}, #888); stroke: var(--class-${k}, #888); }`,
).join("\n");

@customElement("marginal-density")
export class MarginalDensity extends LitElement {
  static override styles = css`
    :host {
      display: block;
      min-width: 0;
      min-height: 0;
    }
    :host([hidden]) {
      display: none;
    }
    svg {
      display: block;
      width: 100%;
      height: 100%;
      overflow: hidden;
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
      stroke: var(--text, #1a1a1a);
      stroke-width: 1px;
      vector-effect: non-scaling-stroke;
    }
    ${unsafeCSS(classColours)}
    @media (forced-colors: active) {
      svg {
        forced-color-adjust: none;
      }
      .at {
        stroke: CanvasText;
      }
    }
  `;

  @property() label = "Density along an axis";
  @property({ type: Boolean, reflect: true }) upright = false;
  @property({ reflect: true }) state: "empty" | "ready" = "empty";
  @property({ attribute: false }) marginal: Marginal | null = null;
  @property({ attribute: false }) range: readonly [number, number] = [-1, 1];
  @property({ attribute: false }) isolated: readonly number[] = [];
  @property({ attribute: false }) at: number | null = null;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("marginal")) this.state = this.marginal === null ? "empty" : "ready";
  }

  protected override render() {
    const { marginal, upright } = this;
    const [width, height] = upright ? [HEIGHT, LENGTH] : [LENGTH, HEIGHT];
    return html`<svg
      role="img"
      aria-label=${this.label}
      viewBox=${`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
    >
      ${marginal === null ? nothing : this.#curves(marginal)}${this.#cursor()}
    </svg>`;
  }

  #curves(marginal: Marginal) {
    const peaks = marginal.densities.map((density) => Math.max(0, ...density));
    const peak = Math.max(...peaks) / FILL;
    const dimmed = (k: number): boolean => this.isolated.length > 0 && !this.isolated.includes(k);
    // Those that are not singled out lie below those that are.
    const order = peaks
      .flatMap((own, k) => (own > 0 ? [k] : []))
      .sort((a, b) => Number(dimmed(b)) - Number(dimmed(a)));
    return order.map((k) => {
      const size = { length: LENGTH, height: HEIGHT, upright: this.upright };
      const d = outline(marginal, marginal.densities[k] as Float64Array, this.range, peak, size);
      return svg`<path class=${dimmed(k) ? "dimmed" : `class-${k % CLASSES}`} d=${d}></path>`;
    });
  }

  #cursor() {
    const [low, high] = this.range;
    if (this.at === null || this.at < low || this.at > high) return nothing;
    const along = ((this.at - low) / (high - low)) * LENGTH;
    return this.upright
      ? svg`<line class="at" x1="0" x2=${HEIGHT} y1=${LENGTH - along} y2=${LENGTH - along}></line>`
      : svg`<line class="at" x1=${along} x2=${along} y1="0" y2=${HEIGHT}></line>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "marginal-density": MarginalDensity;
  }
}
