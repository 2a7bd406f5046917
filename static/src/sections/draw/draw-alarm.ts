// The alarm of section "draw": how well the squared error tells digits from three kinds of strangers.

import type { PageContext } from "../../app/context";
import type { Model } from "../../core/release/manifest";
import type { ChartLine, LineChart } from "../../elements/chart/line-chart";
import { fillChart } from "../../figures/fill-chart";
import { prepareRoc, rocPoints } from "../../figures/roc";

/** What is no digit, by its name in a report: each is told by its colour and by its dashes. */
const STRANGERS = {
  "fashion-mnist": { name: "clothes", colour: "var(--series-1)" },
  rotated: { name: "turned digits", colour: "var(--series-2)", dash: [7, 4] },
  noise: { name: "noise", colour: "var(--series-3)", dash: [2, 3] },
};

export async function showAlarm(
  context: PageContext,
  chart: LineChart,
  model: Model,
): Promise<void> {
  prepareRoc(chart);
  await fillChart(chart, "The ROC curves", linesOf(context, model));
}

async function linesOf(context: PageContext, model: Model): Promise<ChartLine[]> {
  const { anomaly } = await context.document(model, "report");
  return Object.entries(STRANGERS).flatMap(([kind, style]) => {
    const roc = anomaly[kind]?.roc;
    return roc === undefined ? [] : [{ ...style, ...rocPoints(roc) }];
  });
}
