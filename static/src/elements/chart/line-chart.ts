// <line-chart>: lines over one axis, read off by pointer, finger or keyboard, and as a table.
//
// Attributes    message  the sentence shown in place of the lines in any other state than ready
//               digits   decimals of the values that are read off (2)
// Properties    lines    ChartLine[] (chart-plot): name, x, y, colour, dash, marker, end
//               axes     [x, y], each a ChartAxis (chart-plot): name with its unit, log, whole,
//                        range, ticks
//               rest     the x whose values are shown without a cursor; null: the last
//               format   how an x is spoken of: (x) => "epoch 3"; by default its axis and number
// Events        cursor-change {x}: the reader moved the cursor
// Style         --chart-height (18rem), and the page's colours; parts plot, legend
//
// Keys: left and right move the cursor from one value to the next, Home and End to the ends.
//
// A line is recognised by its colour, its dashes or mark, and the name at its end. The legend shows
// its value at the cursor, or without one at `rest`; a live region speaks it once at rest.
import { css, html, nothing, type PropertyValues, svg, unsafeCSS } from "lit";
import { customElement, property, query, queryAll, state } from "lit/decorators.js";
import plotStyles from "uplot/dist/uPlot.min.css?inline";
import { settled } from "../../core/async/settled";
import { clamp } from "../../core/geometry/viewport";
import { AtlasElement } from "../atlas-element";
import { isBrowsersKey } from "../keys";
import { watchTheme } from "../map/map-palette";
import { base } from "../shared-styles";
import { markerPath } from "./chart-marker";
import { type ChartAxis, type ChartLine, ChartPlot, plain } from "./chart-plot";
import { chartStyles } from "./chart-styles";

export type { ChartAxis, ChartLine } from "./chart-plot";

/** It speaks once the cursor has been still for this long (ms). */
const REST = 500;
const UNNAMED: readonly [ChartAxis, ChartAxis] = [{ name: "x" }, { name: "y" }];

@customElement("line-chart")
export class LineChart extends AtlasElement {
  static override styles = [css`${unsafeCSS(plotStyles)}`, base, chartStyles];

  @property({ type: Number }) digits = 2;
  @property({ attribute: false }) lines: readonly ChartLine[] = [];
  @property({ attribute: false }) axes: readonly [ChartAxis, ChartAxis] = UNNAMED;
  @property({ attribute: false }) rest: number | null = null;
  @property({ attribute: false }) format: ((x: number) => string) | null = null;
  override label = "Chart";

  /** The index of the cursor among the plot's x; null: no cursor. */
  @state() private index: number | null = null;
  @state() private spoken = "";
  @state() private tabled = false;

  @query(".plot") private readonly plot!: HTMLElement;
  @query(".grid") private readonly grid!: HTMLElement;
  @queryAll(".swatch") private readonly swatches!: NodeListOf<Element>;

  #plot: ChartPlot | null = null;
  #unwatch = (): void => {};
  readonly #resized = new ResizeObserver(() => {
    if (this.#plot === null) this.#build();
    else this.#plot.resize(this.plot.clientWidth, this.plot.clientHeight);
  });
  readonly #speak = settled(REST, (index: number | null) => {
    if (index !== null) this.spoken = this.#sentence(index);
  });
  /** The keyboard's or finger's cursor; the mouse takes its own away when it leaves. */
  #quiet = false;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resized.observe(this); // tells the first size, too
    this.#unwatch = watchTheme(() => this.#build());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
    this.#unwatch();
    this.#drop();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("lines")) return;
    this.index = null;
    this.takeData(this.lines.length > 0);
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("lines") || changed.has("axes")) this.#build();
  }

  #drop(): void {
    this.#plot?.destroy();
    this.#plot = null;
  }

  /** Makes the plot anew: uPlot cannot change the colours of an existing one. */
  #build(): void {
    this.#drop();
    if (this.lines.length === 0 || this.plot.clientWidth === 0) return;
    const { color, fontFamily, fontSize } = getComputedStyle(this.plot);
    const ink = {
      font: `${fontSize} ${fontFamily}`,
      text: color,
      grid: getComputedStyle(this.grid).color,
      lines: Array.from(this.swatches, (swatch) => getComputedStyle(swatch).color),
    };
    this.#quiet = true;
    this.#plot = new ChartPlot(this.plot, this.lines, this.axes, ink, (at) => this.#moved(at));
    this.#quiet = false;
    this.requestUpdate();
  }

  #moved(index: number | null): void {
    if (this.#quiet || index === this.index) return;
    this.index = index;
    this.#speak(index);
    if (index !== null) this.emit("cursor-change", { x: this.#plot?.x[index] ?? 0 });
  }

  readonly #press = (event: KeyboardEvent): void => {
    if (this.#plot === null || isBrowsersKey(event)) return;
    const last = this.#plot.x.length - 1;
    const at = this.index ?? this.#resting();
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.#plot.point(clamp(to, 0, last));
  };

  /** The index of the last x that is no more than `rest`. */
  #resting(): number {
    const x = this.#plot?.x ?? [];
    const { rest } = this;
    return rest === null ? x.length - 1 : x.findLastIndex((value) => value <= rest);
  }

  #nameOf(x: number): string {
    return this.format?.(x) ?? `${this.axes[0].name} ${this.#number(x, 6)}`;
  }

  #number(value: number | null | undefined, most = this.digits): string {
    const least = most === this.digits ? most : 0;
    return value == null ? "–" : plain(value, least, most);
  }

  #sentence(index: number): string {
    const values = this.lines.map(
      ({ name }, line) => `${name}: ${this.#number(this.#plot?.y[line]?.[index])}`,
    );
    return `${this.#nameOf(this.#plot?.x[index] ?? 0)}. ${values.join(", ")}`;
  }

  protected override render() {
    const at = this.index ?? this.#resting();
    const x = this.#plot?.x[at];
    const shown = this.state === "ready" ? "" : this.message;
    return html`
      <div
        class="surface"
        role="application"
        tabindex="0"
        aria-roledescription="chart"
        aria-label=${this.label}
        aria-describedby="help"
        @keydown=${this.#press}
      >
        <div class="plot" part="plot" aria-hidden="true"></div>
        <span class="grid" hidden></span>
        <p class=${shown === "" ? "spoken" : "note"} role="status">${shown}</p>
      </div>
      <div class="legend" part="legend">
        <span class="at">${x === undefined ? nothing : this.#nameOf(x)}</span>
        ${this.lines.map(
          (line, i) => html`<span class="entry">
            ${swatch(line)}<span>${line.name}</span>
            <span class="value">${this.#number(this.#plot?.y[i]?.[at])}</span>
          </span>`,
        )}
      </div>
      ${this.lines.length === 0 ? nothing : this.#renderTable()}
      <p id="help" class="spoken">
        Left and right move the cursor from value to value; Home and End go to the ends. The table
        below has all values.
      </p>
      <p class="spoken" aria-live="polite">${this.spoken}</p>
    `;
  }

  #renderTable() {
    return html`<details
      @toggle=${(event: Event) => {
        this.tabled = (event.target as HTMLDetailsElement).open;
      }}
    >
      <summary>As a table</summary>
      ${
        this.tabled
          ? html`<div class="scroll" tabindex="0" role="region" aria-label=${`${this.label}: values`}>
            <table>
              <thead>
                <tr>
                  <th scope="col">${this.axes[0].name}</th>
                  ${this.lines.map(({ name }) => html`<th scope="col">${name}</th>`)}
                </tr>
              </thead>
              <tbody>
                ${this.#plot?.x.map(
                  (x, i) => html`<tr>
                    <th scope="row">${this.#number(x, 6)}</th>
                    ${this.#plot?.y.map((values) => html`<td>${this.#number(values[i])}</td>`)}
                  </tr>`,
                )}
              </tbody>
            </table>
          </div>`
          : nothing
      }
    </details>`;
  }
}

/** A piece of the line, as it is drawn; the plot takes its colour from here. */
function swatch({ colour, dash, marker }: ChartLine) {
  return html`<svg class="swatch" viewBox="-15 -6 30 12" aria-hidden="true" .style=${`color:${colour}`}>
    <path class="line" d="M-15,0H15" stroke-dasharray=${dash?.join(" ") ?? "none"}></path>
    ${marker === undefined ? nothing : svg`<path class="mark" d=${markerPath(marker, 7)}></path>`}
  </svg>`;
}

declare global {
  interface HTMLElementEventMap {
    "cursor-change": CustomEvent<{ x: number }>;
  }
}
