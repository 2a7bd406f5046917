// What the charts of section "numbers" have in common: how a kind of model is drawn, and errors.

import type { ChartLine, LineChart } from "../elements/line-chart";
import { sentence } from "./context";
import "../elements/line-chart";

/** The kinds of the study: colour and mark tell them apart, each without the other. */
export const KINDS = {
  ae: { short: "AE", colour: "var(--series-1)", marker: "square" },
  vae: { short: "VAE", colour: "var(--series-2)", marker: "circle" },
  cvae: { short: "CVAE", colour: "var(--series-3)", marker: "triangle" },
} as const satisfies Record<string, Pick<ChartLine, "colour" | "marker"> & { short: string }>;

export type Kind = keyof typeof KINDS;

export const isKind = (kind: string): kind is Kind => kind in KINDS;

/** Fills a chart with what comes; where it does not, the chart says so. */
export async function fill(chart: LineChart, subject: string, lines: Promise<ChartLine[]>) {
  if (chart.lines.length === 0) {
    chart.state = "loading";
    chart.message = "Loading…";
  }
  try {
    chart.lines = await lines;
  } catch (error) {
    chart.lines = [];
    chart.message = sentence(subject, error);
    chart.state = "error";
  }
}
