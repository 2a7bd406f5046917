// <line-chart>: lines over one axis, read off by pointer, finger or keyboard, and as a table.
//
// Attributes    message  the sentence shown in place of the lines in any other state than ready
//               digits   decimals of the values that are read off (2)
// Properties    rest     the x whose values are shown without a cursor; null: the last
//               mark     the x at which a line stands, whose values are then shown; null: none
//               format   how an x is spoken of: (x) => "epoch 3"; by default its axis and number
// Style         --chart-height (18rem)
//
// Keys: left and right move the cursor from one value to the next, Home and End to the ends.
//
// A line is recognised by its colour, its dashes or mark, and the name at its end. The legend shows
// its value at the cursor, or without one at `rest`; a live region speaks it once at rest.
import { css, html, nothing, type PropertyValues, svg, unsafeCSS } from "lit";
import { customElement, property, query, queryAll, state } from "lit/decorators.js";
import type uPlot from "uplot";
import plotStyles from "uplot/dist/uPlot.min.css?inline";
import { settled } from "../../core/async/settled";
import { clamp } from "../../core/geometry/viewport";
import { AtlasElement } from "../atlas-element";
import { isBrowsersKey } from "../keys";
import { watchTheme } from "../map/map-palette";
import { base } from "../shared-styles";
import { type ChartAxis, type ChartLine, MARKS, plain, plotLines } from "./chart-plot";
import { chartStyles } from "./chart-styles";

export type { ChartAxis, ChartLine } from "./chart-plot";

/** It speaks once the cursor has been still for this long (ms). */
const REST = 500;

@customElement("line-chart")
export class LineChart extends AtlasElement {
  static override styles = [css`${unsafeCSS(plotStyles)}`, base, chartStyles];

  @property({ type: Number }) digits = 2;
  @property({ attribute: false }) lines: readonly ChartLine[] = [];
  @property({ attribute: false }) axes: readonly [ChartAxis, ChartAxis] = [
    { name: "x" },
    { name: "y" },
  ];
  @property({ attribute: false }) rest: number | null = null;
  @property({ attribute: false }) mark: number | null = null;
  @property({ attribute: false }) format: ((x: number) => string) | null = null;
  override label = "Chart";

  /** The index of the cursor among the plot's x; null: no cursor. */
  @state() private index: number | null = null;
  @state() private spoken = "";

  @query(".plot") private readonly plot!: HTMLElement;
  @query(".grid") private readonly grid!: HTMLElement;
  @queryAll(".swatch") private readonly swatches!: NodeListOf<Element>;

  #plot: uPlot | null = null;
  #unwatch = (): void => {};
  readonly #resized = new ResizeObserver(() => {
    if (this.#plot === null) this.#build();
    else this.#plot.setSize({ width: this.plot.clientWidth, height: this.plot.clientHeight });
  });
  readonly #speak = settled(REST, (index: number | null) => {
    if (index !== null) this.spoken = this.#sentence(index);
  });

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
    else if (changed.has("mark")) this.#plot?.redraw(false);
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
    const moved = (): void => {
      this.index = this.#plot?.cursor.idx ?? null;
      this.#speak(this.index);
    };
    this.#plot = plotLines(this.plot, this.lines, this.axes, ink, moved, () => this.mark);
    this.requestUpdate();
  }

  /** The x that any line has; none before there is a plot. */
  get #x(): readonly number[] {
    return (this.#plot?.data[0] ?? []) as number[];
  }

  readonly #press = (event: KeyboardEvent): void => {
    if (this.#plot === null || isBrowsersKey(event)) return;
    const last = this.#x.length - 1;
    const at = this.index ?? this.#resting();
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const x = this.#x[clamp(to, 0, last)] as number;
    this.#plot.setCursor({ left: this.#plot.valToPos(x, "x"), top: 1 });
  };

  /** The index of the last x that is no more than `rest`. */
  #resting(): number {
    return this.#x.findLastIndex((x) => x <= (this.mark ?? this.rest ?? x));
  }

  #nameOf(x: number): string {
    return this.format?.(x) ?? `${this.axes[0].name} ${plain(x)}`;
  }

  #value(line: number, index: number): string {
    const value = this.#plot?.data[line + 1]?.[index];
    return value == null ? "–" : plain(value, this.digits, this.digits);
  }

  #sentence(index: number): string {
    const values = this.lines.map(({ name }, line) => `${name}: ${this.#value(line, index)}`);
    return `${this.#nameOf(this.#x[index] ?? 0)}. ${values.join(", ")}`;
  }

  protected override render() {
    const at = this.index ?? this.#resting();
    const x = this.#x[at];
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
        <div class="plot muted" aria-hidden="true"></div>
        <span class="grid" hidden></span>
        <p class=${shown === "" ? "spoken" : "over note"} role="status">
          ${shown} ${this.renderRetry()}
        </p>
      </div>
      <div class="legend">
        <span class="at muted">${x === undefined ? nothing : this.#nameOf(x)}</span>
        ${this.lines.map(
          (line, i) => html`<span class="entry">
            ${swatch(line)}<span>${line.name}</span>
            <span class="value">${this.#value(i, at)}</span>
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
    return html`<details>
      <summary>As a table</summary>
      <div class="scroll" tabindex="0" role="region" aria-label=${`${this.label}: values`}>
        <table>
          <thead>
            <tr>
              <th scope="col">${this.axes[0].name}</th>
              ${this.lines.map(({ name }) => html`<th scope="col">${name}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${this.#x.map(
              (x, i) => html`<tr>
                <th scope="row">${plain(x)}</th>
                ${this.lines.map((_, line) => html`<td>${this.#value(line, i)}</td>`)}
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </details>`;
  }
}

/** A piece of the line, as it is drawn; the plot takes its colour from here. */
function swatch({ colour, dash, marker }: ChartLine) {
  return html`<svg class="swatch" viewBox="-15 -6 30 12" aria-hidden="true" .style=${`color:${colour}`}>
    <path d="M-15,0H15" stroke-width="2" stroke-dasharray=${dash?.join(" ") ?? "none"}></path>
    ${marker === undefined ? nothing : svg`<path d=${MARKS[marker]}></path>`}
  </svg>`;
}
