// Part "curves" of section "numbers": training and held-out loss of any runs of the study.

import type { PageContext } from "../../app/context";
import { leaveOut } from "../../app/notice";
import type { StudyRow } from "../../core/release/release";
import type { ChartLine, LineChart } from "../../elements/chart/line-chart";
import { linkedChoice } from "../../figures/choices";
import { required } from "../../figures/figure";
import { fillChart } from "../../figures/fill-chart";
import { isKind, KINDS, styleOfSize } from "./numbers-chart";

/** What can be shown, by its name among the curves. */
const QUANTITIES: Record<string, string> = {
  loss: "loss per image",
  reconstruction: "squared error per image",
};
/** Dashes of the loss on the images trained on; that on those held out is solid. */
const TRAINED = [5, 4];

export async function showCurves(context: PageContext, part: HTMLElement): Promise<void> {
  const chart = required<LineChart>(part, "line-chart");
  const boxes = Array.from(part.querySelectorAll<HTMLInputElement>("input[type=checkbox]"));
  chart.format = (epoch) => `epoch ${epoch}`;

  const show = (): Promise<void> => {
    const quantity = curve.value;
    const chosen = boxes.filter(({ checked }) => checked).map(({ value }) => value);
    chart.axes = [
      { name: "epoch", whole: true },
      { name: QUANTITIES[quantity] ?? quantity, range: [quantity === "loss" ? null : 0, null] },
    ];
    return fillChart(chart, "The curves of the study", () =>
      context.study().then(({ models }) => {
        const rows = boxes.flatMap(({ value }) => models.find(({ id }) => id === value) ?? []);
        const sizes = [...new Set(rows.map(({ latent_size }) => latent_size))].sort(
          (a, b) => a - b,
        );
        const lines = models
          .filter(({ id }) => chosen.includes(id))
          .flatMap((row) => pair(row, quantity, sizes));
        if (lines.length === 0) {
          chart.message = "Choose a run.";
          chart.state = "empty";
        }
        return lines;
      }),
    );
  };
  const curve = linkedChoice(
    context,
    part,
    "[name=numbers-curve]",
    "numbersCurve",
    () => void show(),
  );
  // Runs that the study does not have are left out of the link.
  const linked = context.state.numbersRuns;
  const known = linked?.filter((id) => boxes.some(({ value }) => value === id)) ?? [];
  if (linked !== null && known.length < linked.length) leaveOut(context, "numbersRuns");
  if (linked !== null && (known.length > 0 || linked.length === 0)) {
    for (const box of boxes) box.checked = known.includes(box.value);
    context.update({ numbersRuns: known });
  }
  for (const box of boxes) {
    box.disabled = false;
    box.addEventListener("change", () => {
      const atFirst = boxes.every(({ checked, defaultChecked }) => checked === defaultChecked);
      const chosen = boxes.filter(({ checked }) => checked).map(({ value }) => value);
      context.update({ numbersRuns: atFirst ? null : chosen });
      void show();
    });
  }
  await show();
}

/** The two lines of a run: trained on, and held out. */
function pair(
  { kind, latent_size, curves }: StudyRow,
  quantity: string,
  sizes: readonly number[],
): ChartLine[] {
  if (!isKind(kind)) return [];
  const { colour, marker } = styleOfSize(kind, sizes.indexOf(latent_size), sizes.length);
  const run = `${KINDS[kind].short}-${latent_size}`;
  const line = (name: string, y: readonly (number | null)[] | undefined): ChartLine[] =>
    y === undefined ? [] : [{ name, x: y.map((_, i) => i + 1), y, colour }];
  return [
    ...line(`${run} trained on`, curves[quantity]).map((own) => ({ ...own, dash: TRAINED })),
    ...line(`${run} held out`, curves[`held_out_${quantity}`]).map((own) => ({
      ...own,
      ...(marker && { marker }),
      end: run,
    })),
  ];
}
