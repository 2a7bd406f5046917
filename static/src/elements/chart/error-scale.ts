// <error-scale>: an axis on which one error lies among the mean errors of the classes.
// `mean` is that of all test images, or null where it is not known. Style: --class-0 … --class-9.
import { css, html, nothing, type PropertyValues, svg } from "lit";
import { customElement, property } from "lit/decorators.js";
import { formatNumber, ticks } from "../../core/geometry/viewport";
import { AtlasElement } from "../atlas-element";
import { base, classColour } from "../shared-styles";

export interface ClassError {
  readonly label: number;
  readonly name: string;
  readonly value: number;
}

const WIDTH = 340;
const HEIGHT = 108;
const LEFT = 10;
const RIGHT = 326;
const AXIS = 74;
/** Room that a class's name takes along the axis, and above it. */
const NAME_WIDTH = 13;
const NAME_HEIGHT = 14;
/** The axis ends a little beyond the largest error. */
const MARGIN = 1.12;

/** Rows of names, above one another where they would lie over each other. */
function stack(places: readonly number[]): number[] {
  const ends: number[] = [];
  return places.map((place) => {
    const free = ends.findIndex((end) => end <= place);
    const row = free < 0 ? ends.length : free;
    ends[row] = place + NAME_WIDTH;
    return row;
  });
}

@customElement("error-scale")
export class ErrorScale extends AtlasElement {
  static override styles = [
    base,
    css`
    :host {
      font-size: 12px;
      line-height: normal;
    }
    text {
      fill: var(--muted, #666);
      text-anchor: middle;
    }
    .axis {
      stroke: var(--line, #ccc);
    }
    .stem {
      stroke-width: 2;
    }
    .name {
      fill: var(--text, #1a1a1a);
      stroke: var(--background, #fff);
      stroke-width: 3px;
      paint-order: stroke;
    }
    .mean {
      stroke: var(--text, #1a1a1a);
      stroke-dasharray: 3 2;
    }
    .drawing {
      fill: var(--accent, #0b57d0);
      stroke: var(--accent, #0b57d0);
      stroke-width: 2.5;
    }
    @media (forced-colors: active) {
      line {
        stroke: CanvasText;
      }
    }
  `,
  ];

  @property({ attribute: false }) value: number | null = null;
  @property({ attribute: false }) mean: number | null = null;
  @property({ attribute: false }) classes: readonly ClassError[] = [];
  override label = "Squared error";

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("value")) this.state = this.value === null ? "empty" : "ready";
  }

  /** Where an error lies on the axis. */
  private get end(): number {
    const all = [...this.classes.map(({ value }) => value), this.mean ?? 0, this.value ?? 0];
    return MARGIN * Math.max(...all, 1);
  }

  private x(error: number): number {
    return LEFT + ((RIGHT - LEFT) * error) / this.end;
  }

  private spoken(): string {
    const own = this.value === null ? "nothing drawn yet" : formatNumber(this.value, 1);
    const mean = this.mean === null ? "" : `; mean of the test set ${formatNumber(this.mean, 1)}`;
    const classes = this.classes.map(({ name, value }) => `${name}: ${formatNumber(value, 1)}`);
    return `${this.label}: ${own}${mean}; mean of each class: ${classes.join(", ")}.`;
  }

  protected override render() {
    const classes = [...this.classes].sort((a, b) => a.value - b.value);
    const rows = stack(classes.map(({ value }) => this.x(value)));
    const own = this.value === null ? null : this.x(this.value);
    const axis = ticks(0, this.end, 6);
    return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label=${this.spoken()}>
      <line class="axis" x1=${LEFT} x2=${RIGHT} y1=${AXIS} y2=${AXIS}></line>
      ${axis.values.map(
        (value) => svg`<line class="axis" x1=${this.x(value)} x2=${this.x(value)} y1=${AXIS}
            y2=${AXIS + 4}></line>
          <text x=${this.x(value)} y=${AXIS + 16}>${formatNumber(value, axis.decimals)}</text>`,
      )}
      <text x=${WIDTH / 2} y=${AXIS + 31}>squared error: yours (▼) and each class’s mean</text>
      ${
        this.mean === null
          ? nothing
          : svg`<line class="mean" x1=${this.x(this.mean)} x2=${this.x(this.mean)} y1="4"
              y2=${AXIS}></line>`
      }
      ${classes.map(({ label, name, value }, i) => {
        const top = AXIS - 12 - NAME_HEIGHT * (rows[i] as number);
        return svg`<g data-class=${label}>
          <line class="stem" stroke=${classColour(label)} x1=${this.x(value)}
            x2=${this.x(value)} y1=${AXIS - 8} y2=${AXIS}></line>
          <text class="name" x=${this.x(value)} y=${top}>${name}</text></g>`;
      })}
      ${
        own === null
          ? nothing
          : svg`<line class="drawing" x1=${own} x2=${own} y1="12" y2=${AXIS}></line>
              <path class="drawing" d=${`M${own - 5},5h10l-5,7z`}></path>`
      }
    </svg>`;
  }
}
