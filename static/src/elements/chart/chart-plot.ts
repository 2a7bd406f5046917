// The plot of a chart: a uPlot of given lines, their marks, and their names at their ends.
import "./known-locale";

import uPlot from "uplot";
import { alignSeries, keepApart, type Series } from "../../core/geometry/series";
import { clamp, type Point } from "../../core/geometry/viewport";
import { Pointers } from "../pointers";

/** Marks of lines that differ without their colours, 7 px wide, as SVG paths around the origin. */
export const MARKS = {
  circle: "M-3.5,0a3.5,3.5 0 1,0 7,0a3.5,3.5 0 1,0 -7,0Z",
  square: "M-3.1,-3.1h6.2v6.2h-6.2Z",
  triangle: "M0,-4.4L4.2,3L-4.2,3Z",
  diamond: "M0,-4.6L4.2,0L0,4.6L-4.2,0Z",
  wedge: "M0,4.4L4.2,-3L-4.2,-3Z",
  plus: "M-1.3,-4.3h2.6v3h3v2.6h-3v3h-2.6v-3h-3v-2.6h3Z",
} as const;

/** One line of a chart. */
export interface ChartLine extends Series {
  /** A CSS colour; var() is allowed. */
  readonly colour: string;
  /** Lengths of dashes and of the gaps between them, CSS pixels; none: solid. */
  readonly dash?: readonly number[];
  readonly marker?: keyof typeof MARKS;
  /** What stands at the line's end, if anything. */
  readonly end?: string;
}

export interface ChartAxis {
  /** Its quantity, with the unit. */
  readonly name: string;
  readonly log?: boolean;
  /** Ticks at whole numbers alone. */
  readonly whole?: boolean;
  /** Its ends; null: where the data end. */
  readonly range?: readonly [number | null, number | null];
  /** Where its ticks are; else they are chosen. */
  readonly ticks?: readonly number[];
}

/** What the plot is painted with: a font, and colours of the text, the grid and each line. */
type ChartInk = Readonly<Record<"font" | "text" | "grid", string>> & { lines: readonly string[] };

/** Marks of a line are no nearer to one another (px). */
const MARKER_SPACING = 22;
/** Names at the ends of lines: their distance from it, and from one another (px). */
const NAME_GAP = 8;
const NAME_HEIGHT = 15;
/** The width of a character of a tick's number (px), about. */
const TICK_CHARACTER = 8;
const WHOLE_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

/** uPlot itself would listen to a mouse alone, and read its places wrongly under zoom in CSS. */
const UNBOUND: uPlot.Cursor.Bind = Object.fromEntries(
  ["mousedown", "mouseup", "mousemove", "mouseenter", "mouseleave"].map((type) => [
    type,
    () => null,
  ]),
);
/** Where a plot's cursor is that is nowhere. */
const AWAY = -10;

/**
 * Plots lines against every x that any of them has: `data` of the plot are those x, then each
 * line's y.
 *
 * @param moved is called when the cursor has moved, or been taken away.
 * @param mark tells at which x a line stands; null: nowhere.
 */
export function plotLines(
  host: HTMLElement,
  lines: readonly ChartLine[],
  axes: readonly [ChartAxis, ChartAxis],
  ink: ChartInk,
  moved: () => void,
  mark: () => number | null,
): uPlot {
  const { x, y } = alignSeries(lines);
  const options: uPlot.Options = {
    width: host.clientWidth,
    height: host.clientHeight,
    padding: [10, nameWidth(lines, ink.font) + 12, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 8 }, bind: UNBOUND },
    scales: { x: { time: false, ...scaleOf(axes[0], 0) }, y: scaleOf(axes[1], ROOM) },
    axes: [axisOf(axes[0], ink), axisOf(axes[1], ink)],
    series: [
      {},
      ...lines.map(
        ({ dash }, i): uPlot.Series => ({
          stroke: ink.lines[i] as string,
          width: 2,
          spanGaps: true,
          points: { show: false },
          ...(dash === undefined ? {} : { dash: [...dash] }),
        }),
      ),
    ],
    hooks: {
      draw: [
        (plot) => drawLineAt(plot, mark(), ink),
        (plot) => drawMarks(plot, lines, ink),
        (plot) => drawNames(plot, lines, ink),
      ],
      setCursor: [moved],
    },
  };
  const plot = new uPlot(options, [x, ...y] as uPlot.AlignedData, host);
  const moveTo = (left: number): void => plot.setCursor({ left, top: 1 });
  const follow = ([x]: Point): void => moveTo(clamp(x, 0, 1) * plot.over.clientWidth);
  const pointers = new Pointers({
    press(at) {
      const { left = AWAY } = plot.cursor;
      follow(at);
      return { move: follow, undo: () => moveTo(left) };
    },
    hover: follow,
  });
  pointers.watch(plot.over);
  plot.over.addEventListener("pointerleave", ({ pointerType }) => {
    if (pointerType === "mouse") moveTo(AWAY);
  });
  return plot;
}

function nameWidth(lines: readonly ChartLine[], font: string): number {
  const context = document.createElement("canvas").getContext("2d") as CanvasRenderingContext2D;
  context.font = font;
  const widths = lines.map(({ end }) => (end ? context.measureText(end).width + NAME_GAP : 0));
  return Math.max(0, ...widths);
}

/** Canvas pixels of a line's value. */
function place(plot: uPlot, line: number, index: number): [number, number] {
  const x = plot.valToPos(plot.data[0][index] as number, "x", true);
  return [x, plot.valToPos(plot.data[line + 1]?.[index] as number, "y", true)];
}

function drawLineAt({ ctx, bbox, valToPos }: uPlot, x: number | null, ink: ChartInk): void {
  if (x === null) return;
  const left = Math.round(Math.max(bbox.left, valToPos(x, "x", true)));
  ctx.save();
  ctx.fillStyle = ink.text;
  ctx.fillRect(left, bbox.top, 2 * devicePixelRatio, bbox.height);
  ctx.restore();
}

function drawMarks(plot: uPlot, lines: readonly ChartLine[], ink: ChartInk): void {
  const { ctx } = plot;
  for (const [line, { marker }] of lines.entries()) {
    if (marker === undefined) continue;
    const path = new Path2D(MARKS[marker]);
    ctx.fillStyle = ink.lines[line] as string;
    let before = -Infinity;
    for (const [index, value] of (plot.data[line + 1] ?? []).entries()) {
      const [left, top] = place(plot, line, index);
      if (value === null || left - before < MARKER_SPACING * devicePixelRatio) continue;
      before = left;
      ctx.save();
      ctx.translate(left, top);
      ctx.scale(devicePixelRatio, devicePixelRatio);
      ctx.fill(path);
      ctx.restore();
    }
  }
}

function drawNames(plot: uPlot, lines: readonly ChartLine[], ink: ChartInk): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  const named = lines.flatMap(({ end }, line) => {
    const values = plot.data[line + 1] as (number | null)[];
    const last = values.findLastIndex((value) => value !== null);
    return end && last >= 0 ? [{ end, line, place: place(plot, line, last) }] : [];
  });
  const heights = named.map((one) => one.place[1]);
  const tops = keepApart(heights, NAME_HEIGHT * ratio, bbox.top, bbox.top + bbox.height);
  ctx.save();
  ctx.font = ink.font.replace(/[\d.]+px/, (size) => `${Number.parseFloat(size) * ratio}px`);
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  for (const [i, { end, line, place }] of named.entries()) {
    ctx.fillStyle = ink.lines[line] as string;
    ctx.fillText(end, place[0] + NAME_GAP * ratio, tops[i] as number);
  }
  ctx.restore();
}

/** How far beyond the data an axis goes where nothing is said of its ends, in shares of them. */
const ROOM = 0.05;

function scaleOf({ log, range }: ChartAxis, share: number): uPlot.Scale {
  return {
    distr: log === true ? 3 : 1,
    range: (_plot, least, most) => {
      const room = share * (most - least || Math.abs(most) || 1);
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
    // The ticks' numbers, and the label beside them.
    size: (_plot, values) =>
      Math.max(
        44,
        22 + TICK_CHARACTER * Math.max(0, ...(values ?? []).map(({ length }) => length)),
      ),
    gap: 6,
    space: 44,
    grid: { stroke: ink.grid, width: 1 },
    ticks: { stroke: ink.grid, width: 1, size: 5 },
    values: (_plot, splits) => splits.map((value) => plain(value)),
    // Of a logarithmic axis uPlot would leave most ticks unlabelled.
    filter: (_plot, splits) => splits,
    ...(whole === true ? { incrs: WHOLE_STEPS } : {}),
    ...(ticks === undefined ? {} : { splits: [...ticks] }),
  };
}
