// The plot of a chart: a uPlot of given lines, their marks, and their names at their ends.
import uPlot from "uplot";
import { alignSeries, keepApart, lastIndex, type Series } from "../../core/geometry/series";
import { type Marker, markerPath } from "./chart-marker";

/** One line of a chart. */
export interface ChartLine extends Series {
  /** A CSS colour; var() is allowed. */
  readonly colour: string;
  /** Lengths of dashes and of the gaps between them, CSS pixels; none: solid. */
  readonly dash?: readonly number[];
  readonly marker?: Marker;
  /** What stands at the line's end, if anything. */
  readonly end?: string;
}

/** An axis: its quantity with the unit, its scale and its ticks. */
export interface ChartAxis {
  readonly name: string;
  readonly log?: boolean;
  /** Ticks at whole numbers alone. */
  readonly whole?: boolean;
  /** Its ends; null: where the data end. */
  readonly range?: readonly [number | null, number | null];
  /** Where its ticks are; else they are chosen. */
  readonly ticks?: readonly number[];
}

/** What the plot is painted with. */
export interface ChartInk {
  readonly font: string;
  readonly text: string;
  readonly grid: string;
  /** One for each line. */
  readonly lines: readonly string[];
}

const LINE_WIDTH = 2;
const MARKER = 7;
/** Marks of a line are no nearer to one another (px). */
const MARKER_SPACING = 22;
/** Names at the ends of lines: their distance from it, and from one another (px). */
const NAME_GAP = 8;
const NAME_HEIGHT = 15;
const AXIS_SIZE = 44;
const WHOLE_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

export class ChartPlot {
  readonly #plot: uPlot;
  readonly #lines: readonly ChartLine[];
  readonly #ink: ChartInk;
  readonly x: readonly number[];
  readonly y: readonly (readonly (number | null)[])[];

  /** @param moved receives the index of the cursor, or null where there is no cursor. */
  constructor(
    host: HTMLElement,
    lines: readonly ChartLine[],
    axes: readonly [ChartAxis, ChartAxis],
    ink: ChartInk,
    moved: (index: number | null) => void,
  ) {
    this.#lines = lines;
    this.#ink = ink;
    const { x, y } = alignSeries(lines);
    this.x = x;
    this.y = y;
    const options: uPlot.Options = {
      width: host.clientWidth,
      height: host.clientHeight,
      padding: [10, this.#nameWidth() + 12, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 8 } },
      scales: { x: { time: false, ...scaleOf(axes[0], false) }, y: scaleOf(axes[1], true) },
      axes: [axisOf(axes[0], ink), axisOf(axes[1], ink)],
      series: [
        {},
        ...lines.map(
          ({ dash }, i): uPlot.Series => ({
            stroke: ink.lines[i] ?? ink.text,
            width: LINE_WIDTH,
            spanGaps: true,
            points: { show: false },
            ...(dash === undefined ? {} : { dash: [...dash] }),
          }),
        ),
      ],
      hooks: {
        draw: [() => this.#drawMarkers(), () => this.#drawNames()],
        setCursor: [(plot) => moved(plot.cursor.idx ?? null)],
      },
    };
    this.#plot = new uPlot(options, [x, ...y] as uPlot.AlignedData, host);
    this.#followFingers();
  }

  resize(width: number, height: number): void {
    this.#plot.setSize({ width, height });
  }

  /** Puts the cursor at one of the x. */
  point(index: number): void {
    const left = this.#plot.valToPos(this.x[index] as number, "x");
    this.#plot.setCursor({ left, top: 1 });
  }

  destroy(): void {
    this.#plot.destroy();
  }

  /** uPlot itself listens to a mouse alone. */
  #followFingers(): void {
    const { over } = this.#plot;
    const follow = (event: PointerEvent): void => {
      if (event.pointerType === "mouse") return;
      const box = over.getBoundingClientRect();
      this.#plot.setCursor({ left: event.clientX - box.left, top: event.clientY - box.top });
    };
    over.addEventListener("pointerdown", follow);
    over.addEventListener("pointermove", follow);
  }

  #nameWidth(): number {
    const context = document.createElement("canvas").getContext("2d");
    if (context === null) return 0;
    context.font = this.#ink.font;
    const widths = this.#lines.map(({ end }) => (end ? context.measureText(end).width : 0));
    const widest = Math.max(0, ...widths);
    return widest > 0 ? widest + NAME_GAP : 0;
  }

  /** Canvas pixels of a line's value. */
  #place(line: number, index: number): [number, number] {
    const value = this.y[line]?.[index] as number;
    return [
      this.#plot.valToPos(this.x[index] as number, "x", true),
      this.#plot.valToPos(value, "y", true),
    ];
  }

  #drawMarkers(): void {
    const { ctx } = this.#plot;
    const ratio = devicePixelRatio;
    for (const [line, { marker }] of this.#lines.entries()) {
      if (marker === undefined) continue;
      ctx.fillStyle = this.#ink.lines[line] ?? this.#ink.text;
      const path = new Path2D(markerPath(marker, MARKER * ratio));
      let before = -Infinity;
      for (const [index, value] of (this.y[line] ?? []).entries()) {
        if (value === null) continue;
        const [left, top] = this.#place(line, index);
        if (left - before < MARKER_SPACING * ratio) continue;
        before = left;
        ctx.save();
        ctx.translate(left, top);
        ctx.fill(path);
        ctx.restore();
      }
    }
  }

  #drawNames(): void {
    const { ctx, bbox } = this.#plot;
    const ratio = devicePixelRatio;
    const named = this.#lines.flatMap(({ end }, line) => {
      const last = lastIndex(this.y[line] ?? []);
      return end && last >= 0 ? [{ end, line, place: this.#place(line, last) }] : [];
    });
    const tops = keepApart(
      named.map(({ place }) => place[1]),
      NAME_HEIGHT * ratio,
      bbox.top,
      bbox.top + bbox.height,
    );
    ctx.save();
    ctx.font = this.#ink.font.replace(/[\d.]+px/, (size) => `${Number.parseFloat(size) * ratio}px`);
    ctx.textAlign = "left";
    ctx.textBaseline = "middle";
    for (const [i, { end, line, place }] of named.entries()) {
      ctx.fillStyle = this.#ink.lines[line] ?? this.#ink.text;
      ctx.fillText(end, place[0] + NAME_GAP * ratio, tops[i] as number);
    }
    ctx.restore();
  }
}

/** How far beyond the data an axis goes where nothing is said of its ends, in shares of them. */
const ROOM = 0.05;

function scaleOf({ log, range }: ChartAxis, roomy: boolean): uPlot.Scale {
  return {
    distr: log === true ? 3 : 1,
    range: (_plot, least, most) => {
      const room = roomy ? ROOM * (most - least || Math.abs(most) || 1) : 0;
      return [range?.[0] ?? least - room, range?.[1] ?? most + room];
    },
  };
}

/** A number with at least and at most so many decimals, and a true minus sign. */
export function plain(value: number, minimumFractionDigits = 0, maximumFractionDigits = 6): string {
  const decimals = { minimumFractionDigits, maximumFractionDigits };
  return value.toLocaleString("en", decimals).replace("-", "−");
}

function axisOf({ name, ticks, whole }: ChartAxis, ink: ChartInk): uPlot.Axis {
  return {
    label: name,
    labelSize: 20,
    labelFont: ink.font,
    font: ink.font,
    stroke: ink.text,
    size: AXIS_SIZE,
    gap: 6,
    space: 44,
    grid: { stroke: ink.grid, width: 1 },
    ticks: { stroke: ink.grid, width: 1, size: 5 },
    values: (_plot, splits) => splits.map((value) => (value === null ? "" : plain(value))),
    // Of a logarithmic axis uPlot would leave most ticks unlabelled.
    filter: (_plot, splits) => splits,
    ...(whole === true ? { incrs: WHOLE_STEPS } : {}),
    ...(ticks === undefined ? {} : { splits: [...ticks] }),
  };
}
