// Fills a <line-chart> with what comes; where it does not, the chart says so.

import { sentence } from "../app/context";
import type { ChartLine, LineChart } from "../elements/chart/line-chart";
import "../elements/chart/line-chart";

export async function fillChart(
  chart: LineChart,
  subject: string,
  lines: () => Promise<ChartLine[]>,
): Promise<void> {
  if (chart.lines.length === 0) {
    chart.state = "loading";
    chart.message = "Loading…";
  }
  try {
    chart.lines = await lines();
  } catch (error) {
    chart.lines = [];
    chart.fail(sentence(subject, error), () => void fillChart(chart, subject, lines));
  }
}
