// Fills a <line-chart> of any section.

import { sentence } from "../app/context";
import type { ChartLine, LineChart } from "../elements/chart/line-chart";
import "../elements/chart/line-chart";

/** Fills a chart with what comes; where it does not, the chart says so. */
export async function fillChart(chart: LineChart, subject: string, lines: Promise<ChartLine[]>) {
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
