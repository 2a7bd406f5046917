// Part "curves" of section "numbers": training and held-out loss of any runs of the study.

import type { StudyRow } from "../core/release";
import type { ChartLine, LineChart } from "../elements/line-chart";
import type { PageContext } from "./context";
import { required } from "./figure";
import { fill, isKind, KINDS } from "./numbers-chart";

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
  const radios = Array.from(part.querySelectorAll<HTMLInputElement>("input[type=radio]"));
  chart.format = (epoch) => `epoch ${epoch}`;

  const show = (): Promise<void> => {
    const quantity = radios.find(({ checked }) => checked)?.value ?? "loss";
    const chosen = new Set(boxes.filter(({ checked }) => checked).map(({ value }) => value));
    chart.axes = [
      { name: "epoch", whole: true },
      { name: QUANTITIES[quantity] ?? quantity, range: [quantity === "loss" ? null : 0, null] },
    ];
    if (chosen.size === 0) chart.message = "Choose a run.";
    return fill(
      chart,
      "The curves of the study",
      context.study().then(({ models }) => {
        const lines = models
          .filter(({ id }) => chosen.has(id))
          .flatMap((row) => pair(row, quantity));
        if (lines.length === 0) {
          chart.message = "Choose a run.";
          chart.state = "empty";
        }
        return lines;
      }),
    );
  };
  for (const input of [...boxes, ...radios]) {
    input.disabled = false;
    input.addEventListener("change", () => void show());
  }
  await show();
}

/** The two lines of a run: trained on, and held out. */
function pair({ kind, latent_size, curves }: StudyRow, quantity: string): ChartLine[] {
  if (!isKind(kind)) return [];
  const { short, colour, marker } = KINDS[kind];
  const run = `${short}-${latent_size}`;
  const line = (name: string, y: readonly (number | null)[] | undefined): ChartLine[] =>
    y === undefined ? [] : [{ name, x: y.map((_, i) => i + 1), y, colour }];
  return [
    ...line(`${run} trained on`, curves[quantity]).map((own) => ({ ...own, dash: TRAINED })),
    ...line(`${run} held out`, curves[`held_out_${quantity}`]).map((own) => ({
      ...own,
      marker,
      end: run,
    })),
  ];
}
