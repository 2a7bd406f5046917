// Part "samples" of section "numbers": draws from the prior, decoded by the three kinds in rows.

import { type PageContext, sentence } from "../../app/context";
import { leaveOut } from "../../app/notice";
import { latest } from "../../core/async/latest";
import { sheetOf } from "../../core/image/sheet";
import type { Model } from "../../core/release/manifest";
import type { Prior } from "../../core/release/release";
import type { ImageView } from "../../elements/image-view";
import { loadPart, required, showError } from "../../figures/figure";

const COLUMNS = 10;
const ROWS = 2;
const SHOWN = COLUMNS * ROWS;

/** Which draws are shown, and the digit that the conditioned decoder draws; null: each in turn. */
interface Choice {
  page: number;
  digit: number | null;
}

export async function showSamples(context: PageContext, part: HTMLElement): Promise<void> {
  const button = required<HTMLButtonElement>(part, "button");
  const chooser = part.querySelector<HTMLSelectElement>("select");
  const { state } = context;
  const digits = Array.from(chooser?.options ?? [], ({ value }) => value);
  if (state.numbersAsked !== null && !digits.includes(String(state.numbersAsked))) {
    leaveOut(context, "numbersAsked");
  }
  const choice: Choice = { page: state.numbersDraws ?? 0, digit: state.numbersAsked };
  if (chooser !== null) chooser.value = String(choice.digit ?? "");
  const rows = Array.from(part.querySelectorAll<ImageView>("image-view"), (view) =>
    row(context, context.model(view.dataset.model ?? ""), view),
  );
  const show = (): void => {
    for (const draw of rows) draw({ ...choice });
  };
  button.addEventListener("click", () => {
    choice.page = (choice.page + 1) % 1000;
    context.update({ numbersDraws: choice.page || null });
    show();
  });
  chooser?.addEventListener("change", () => {
    choice.digit = chooser.value === "" ? null : Number(chooser.value);
    context.update({ numbersAsked: choice.digit });
    show();
  });
  button.disabled = false;
  if (chooser !== null) chooser.disabled = false;
  show();
}

/** Returns what decodes a model's draws into its view: one batched call, newest wins. */
function row(context: PageContext, model: Model, view: ImageView): (choice: Choice) => void {
  const { width, height, channels } = model.image;
  view.width = COLUMNS * width;
  view.height = ROWS * height;
  view.channels = channels;
  const ready = (async (): Promise<Prior | null> => {
    if (!(await loadPart(context, model, "decoder", [view]))) return null;
    return context.document(model, "prior");
  })();
  return latest(
    async ({ page, digit }: Choice) => {
      const prior = await ready;
      if (prior === null) return null;
      const pages = Math.max(1, Math.floor(prior.count / SHOWN));
      const from = (page % pages) * SHOWN;
      const z = Float32Array.from(prior.z.slice(from, from + SHOWN).flat());
      const labels = prior.labels.slice(from, from + SHOWN).map((label) => digit ?? label);
      return context.engine.decode(model, z, model.condition === "none" ? undefined : labels);
    },
    (images) => {
      if (images !== null) view.pixels = sheetOf(images, model.image, COLUMNS, ROWS);
    },
    (error) => showError([view], sentence(`The samples of ${model.id}`, error)),
  );
}
