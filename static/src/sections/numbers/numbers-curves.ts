// Part "curves" of section "numbers": training and held-out loss of any runs of the study.

import type { PageContext } from "../../app/context";
import { leaveOut } from "../../app/notice";
import type { StudyRow } from "../../core/release/release";
import type { ChartLine, LineChart } from "../../elements/chart/line-chart";
import { required } from "../../figures/figure";
import { fillChart } from "../../figures/fill-chart";
import { isKind, KINDS } from "./numbers-chart";

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
    return fillChart(
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
  checkAsked(context, boxes, radios);
  for (const input of [...boxes, ...radios]) {
    input.disabled = false;
    input.addEventListener("change", () => {
      const atFirst = boxes.every((box) => box.checked === box.defaultChecked);
      const chosen = boxes.filter(({ checked }) => checked).map(({ value }) => value);
      const other = radios.find((radio) => radio.checked && !radio.defaultChecked);
      context.update({
        numbersRuns: atFirst ? null : chosen,
        numbersCurve: other === undefined ? null : "reconstruction",
      });
      void show();
    });
  }
  await show();
}

/** Checks what the link asks for; runs that the study does not have are left out of it. */
function checkAsked(
  context: PageContext,
  boxes: readonly HTMLInputElement[],
  radios: readonly HTMLInputElement[],
): void {
  const { numbersRuns, numbersCurve } = context.state;
  for (const radio of radios) radio.checked = radio.value === (numbersCurve ?? "loss");
  if (numbersRuns === null) return;
  const known = numbersRuns.filter((id) => boxes.some(({ value }) => value === id));
  if (known.length < numbersRuns.length) leaveOut(context, "numbersRuns");
  if (known.length === 0 && numbersRuns.length > 0) return;
  for (const box of boxes) box.checked = known.includes(box.value);
  context.update({ numbersRuns: known });
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
