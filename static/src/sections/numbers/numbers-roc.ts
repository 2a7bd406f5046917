// Part "roc" of section "numbers": how well the squared error tells digits from what is none.

import type { PageContext } from "../../app/context";
import { leaveOut } from "../../app/notice";
import type { Model } from "../../core/release/manifest";
import type { ChartLine, LineChart } from "../../elements/chart/line-chart";
import { required } from "../../figures/figure";
import { fillChart } from "../../figures/fill-chart";
import { prepareRoc, rocPoints } from "../../figures/roc";
import { isKind, KINDS } from "./numbers-chart";

/** Of one kind, dashes tell the sizes apart. */
const DASHES = [undefined, [7, 4], [2, 3]];

export async function showRoc(context: PageContext, part: HTMLElement): Promise<void> {
  const chart = required<LineChart>(part, "line-chart");
  const radios = Array.from(part.querySelectorAll<HTMLInputElement>("input[type=radio]"));
  const models = (part.dataset.models ?? "").split(" ").map((id) => context.model(id));
  prepareRoc(chart);

  const show = (): Promise<void> => {
    const stranger = radios.find(({ checked }) => checked)?.value ?? "";
    return fillChart(chart, "The ROC curves", linesOf(context, models, stranger));
  };
  const asked = context.state.numbersStranger;
  const known = radios.find(({ value }) => value === asked);
  if (known !== undefined) known.checked = true;
  else if (asked !== null) leaveOut(context, "numbersStranger");
  for (const radio of radios) {
    radio.disabled = false;
    radio.addEventListener("change", () => {
      context.update({ numbersStranger: radio.defaultChecked ? null : radio.value });
      void show();
    });
  }
  await show();
}

async function linesOf(
  context: PageContext,
  models: readonly Model[],
  stranger: string,
): Promise<ChartLine[]> {
  const reports = await Promise.all(models.map((model) => context.document(model, "report")));
  return models.flatMap((model, i) => {
    const roc = reports[i]?.anomaly[stranger]?.roc;
    if (roc === undefined || !isKind(model.kind)) return [];
    const { short, colour, marker } = KINDS[model.kind];
    const rank = models.filter(({ kind }) => kind === model.kind).indexOf(model);
    const dash = DASHES[rank % DASHES.length];
    return [
      {
        name: `${short}-${model.latent_size}`,
        ...rocPoints(roc),
        colour,
        marker,
        ...(dash === undefined ? {} : { dash }),
      },
    ];
  });
}
