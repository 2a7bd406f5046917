// Section "shape": what models draw from their prior, again and again.

import type { PageContext } from "../../app/context";
import { leaveOut } from "../../app/notice";
import { gaussian } from "../../core/latent/random";
import type { DigitGrid } from "../../elements/digit-grid";
import { required } from "../../figures/figure";
import { gridInto, showGridError } from "../../figures/grid";

const FIRST_MODEL = "vae-2";
/** Ten to a row: of a conditional model a digit to a column. */
const COUNT = 60;
const MOST_SEEDS = 9999;

export async function startSamples(context: PageContext, section: HTMLElement): Promise<void> {
  const grid = required<DigitGrid>(section, "#shape-samples");
  const choices = Array.from(section.querySelectorAll<HTMLInputElement>("input[name=shape-model]"));
  const again = required<HTMLButtonElement>(section, "#shape-again");
  const { state } = context;
  const decode = gridInto(context, grid);

  const show = async (): Promise<void> => {
    const chosen = choices.find(({ value }) => value === state.shapeModel)?.value ?? FIRST_MODEL;
    const { shapeSeed: seed } = state;
    for (const choice of choices) choice.checked = choice.value === chosen;
    for (const text of section.querySelectorAll<HTMLElement>("[data-samples-of]")) {
      text.hidden = text.dataset.samplesOf !== chosen;
    }
    const model = context.model(chosen);
    grid.label = `${COUNT} samples of ${model.title}`;
    const labels = Array.from({ length: COUNT }, (_, i) => i % model.classes);
    const asked = model.condition === "none" ? {} : { labels };
    const next = seed === null ? null : gaussian(seed);
    const isWanted = (): boolean =>
      chosen === (state.shapeModel ?? FIRST_MODEL) && seed === state.shapeSeed;
    try {
      const z =
        next === null
          ? (await context.document(model, "prior")).z.slice(0, COUNT).flat()
          : Array.from({ length: COUNT * model.latent_size }, next);
      if (!isWanted()) return;
      decode({ model, z, ...asked });
    } catch (error) {
      if (isWanted()) showGridError(grid, `The samples of ${chosen}`, error);
    }
  };
  for (const choice of choices) {
    choice.disabled = false;
    choice.addEventListener("change", () => {
      context.update({ shapeModel: choice.value === FIRST_MODEL ? null : choice.value });
      void show();
    });
  }
  again.addEventListener("click", () => {
    context.update({ shapeSeed: ((state.shapeSeed ?? 0) % MOST_SEEDS) + 1 });
    void show();
  });
  if (state.shapeModel !== null && !choices.some(({ value }) => value === state.shapeModel)) {
    leaveOut(context, "shapeModel");
  }
  again.disabled = false;
  await show();
}
