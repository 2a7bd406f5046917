// Section "shape": ten test images as models of more and more latents remember them.

import type { PageContext } from "../../app/context";
import type { DigitGrid } from "../../elements/digit-grid";
import { gridInto, showGridError } from "../../figures/grid";

/** Fills every grid that the template gave a model; each fails alone. */
export async function startReconstructions(
  context: PageContext,
  section: HTMLElement,
): Promise<void> {
  const grids = Array.from(
    section.querySelectorAll<DigitGrid>("digit-grid[data-reconstructions-of]"),
  );
  await Promise.all(grids.map((grid) => fill(context, grid)));
}

async function fill(context: PageContext, grid: DigitGrid): Promise<void> {
  const id = grid.dataset.reconstructionsOf ?? "";
  try {
    const model = context.model(id);
    const { mu, labels } = await context.document(model, "tiles");
    grid.names = labels.map(
      (label) => `The ${model.class_names[label]} reconstructed by ${model.title}`,
    );
    const decode = gridInto(context, grid);
    decode({ model, z: mu.flat(), ...(model.condition === "none" ? {} : { labels }) });
  } catch (error) {
    showGridError(grid, `The reconstructions by ${id}`, error);
  }
}
