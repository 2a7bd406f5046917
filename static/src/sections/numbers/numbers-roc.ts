// Part "roc" of section "numbers": how well the squared error tells digits from other inputs.

import type { PageContext } from "../../app/context";
import type { Model } from "../../core/release/manifest";
import type { ChartLine, LineChart } from "../../elements/chart/line-chart";
import { linkedChoice } from "../../figures/choices";
import { required } from "../../figures/figure";
import { fillChart } from "../../figures/fill-chart";
import { isKind, KINDS } from "./numbers-chart";

/** Of one kind, dashes tell the sizes apart. */
const DASHES = [undefined, [7, 4], [2, 3]];
/** The share of digits (%) that one may be willing to lose: the values there stand in the legend. */
const ALARM = 5;

export async function showRoc(context: PageContext, part: HTMLElement): Promise<void> {
  const chart = required<LineChart>(part, "line-chart");
  const models = (part.dataset.models ?? "").split(" ").map((id) => context.model(id));
  chart.axes = [
    { name: "digits wrongly flagged (%)", range: [0, 100] },
    { name: "other inputs found (%)", range: [0, 100] },
  ];
  chart.rest = ALARM;
  chart.format = (share) => `at ${share} % of the digits`;

  const show = (): Promise<void> =>
    fillChart(chart, "The ROC curves", () => linesOf(context, models, inputs.value));
  const inputs = linkedChoice(
    context,
    part,
    "input[type=radio]",
    "numbersInputs",
    () => void show(),
  );
  await show();
}

async function linesOf(
  context: PageContext,
  models: readonly Model[],
  inputs: string,
): Promise<ChartLine[]> {
  const reports = await Promise.all(models.map((model) => context.document(model, "report")));
  return models.flatMap((model, i) => {
    const roc = reports[i]?.anomaly[inputs]?.roc;
    if (roc === undefined || !isKind(model.kind)) return [];
    const { short, colour, marker } = KINDS[model.kind];
    const rank = models.filter(({ kind }) => kind === model.kind).indexOf(model);
    const dash = DASHES[rank % DASHES.length];
    const name = `${short}-${model.latent_size}`;
    const [x, y] = [percent(roc.false_positive), percent(roc.true_positive)];
    return [{ name, x, y, colour, marker, ...(dash !== undefined && { dash }) }];
  });
}

function percent(shares: readonly number[]): number[] {
  return shares.map((share) => Number((100 * share).toFixed(4)));
}
