// Part "samples" of section "numbers": draws from the prior, decoded by the three kinds in rows.

import { type PageContext, sentence } from "../../app/context";
import { latest } from "../../core/async/latest";
import { sheetOf } from "../../core/image/sheet";
import type { Model } from "../../core/release/manifest";
import type { ImageView } from "../../elements/image-view";
import { linkedChoice } from "../../figures/choices";
import { decodeWith, loadPart, required, showError } from "../../figures/figure";

const COLUMNS = 10;
const ROWS = 2;
const SHOWN = COLUMNS * ROWS;

/** Which draws are shown, and the digit that the conditioned decoder draws; null: each in turn. */
interface Choice {
  readonly page: number;
  readonly digit: number | null;
}

export async function showSamples(context: PageContext, part: HTMLElement): Promise<void> {
  const button = required<HTMLButtonElement>(part, "button");
  const { state } = context;
  linkedChoice(context, part, "select", "numbersAsked", () => show());
  const rows = Array.from(part.querySelectorAll<ImageView>("image-view"), (view) =>
    row(context, context.model(view.dataset.model ?? ""), view),
  );
  const show = (): void => {
    for (const draw of rows) draw({ page: state.numbersDraws ?? 0, digit: state.numbersAsked });
  };
  button.addEventListener("click", () => {
    context.update({ numbersDraws: ((state.numbersDraws ?? 0) + 1) % 1000 || null });
    show();
  });
  button.disabled = false;
  show();
}

/** Returns what decodes a model's draws into its view: one batched call, newest wins. */
function row(context: PageContext, model: Model, view: ImageView): (choice: Choice) => void {
  const { width, height, channels } = model.image;
  Object.assign(view, { width: COLUMNS * width, height: ROWS * height, channels });
  const ready = loadPart(context, model, "decoder", [view]);
  const decode = latest(
    async ({ page, digit }: Choice) => {
      await ready;
      const prior = await context.document(model, "prior");
      const pages = Math.max(1, Math.floor(prior.count / SHOWN));
      const from = (page % pages) * SHOWN;
      const z = prior.z.slice(from, from + SHOWN).flat();
      const labels = prior.labels.slice(from, from + SHOWN).map((label) => digit ?? label);
      return decodeWith(context.engine, { model, z, labels });
    },
    (images) => {
      view.pixels = sheetOf(images, model.image, COLUMNS, ROWS);
    },
    (error, choice) => {
      showError([view], sentence(`The samples of ${model.id}`, error), () => decode(choice));
    },
  );
  return decode;
}
