// The reconstructions of section "dimensions": the same test images by latent size or by kind.

import { type PageContext, sentence } from "../../app/context";
import { whenNear } from "../../app/when-near";
import { sheetOf } from "../../core/image/sheet";
import type { PageState } from "../../core/link/url-state";
import { imageSize } from "../../core/release/manifest";
import type { ImageView } from "../../elements/image-view";
import { showError } from "../../figures/figure";

/** Starts once the rows come near: each of their models is a file of its own. */
export function startRows(context: PageContext, section: HTMLElement): void {
  // Absent where the release has no model of these kinds.
  const figure = section.querySelector<HTMLElement>(".sizes");
  if (figure === null) return;
  const choices = Array.from(
    figure.querySelectorAll<HTMLInputElement>("input[name=dimensions-rows]"),
  );
  const wanted = choices.find(({ value }) => value === context.state.dimensionsRows);
  if (wanted !== undefined) wanted.checked = true;
  let near = false;
  const show = (): void => {
    const chosen = choices.find(({ checked }) => checked)?.value;
    for (const rows of figure.querySelectorAll<HTMLElement>(".strips")) {
      rows.hidden = rows.dataset.rows !== chosen;
      if (!rows.hidden && near) void fill(context, rows);
    }
  };
  for (const choice of choices) {
    choice.addEventListener("change", () => {
      const rows = choice.defaultChecked ? null : choice.value;
      context.update({ dimensionsRows: rows as PageState["dimensionsRows"] });
      show();
    });
  }
  show();
  whenNear(figure, () => {
    near = true;
    show();
  });
}

/** Decodes each row that is not there yet: one after the other, the reader sees them come. */
async function fill(context: PageContext, rows: HTMLElement): Promise<void> {
  for (const view of rows.querySelectorAll<ImageView>("image-view")) {
    if (view.state === "ready" || view.state === "loading") continue;
    view.state = "loading";
    const id = view.dataset.model as string;
    try {
      const model = context.model(id);
      const tiles = await context.document(model, "tiles");
      const labels = model.condition === "none" ? undefined : tiles.labels;
      const z = Float32Array.from(tiles.mu.flat());
      const images = await context.engine.decode(model, z, labels);
      const count = images.length / imageSize(model);
      view.width = count * model.image.width;
      view.height = model.image.height;
      view.channels = model.image.channels;
      view.pixels = sheetOf(images, model.image, count, 1);
    } catch (error) {
      showError([view], sentence(`The model ${id}`, error));
    }
  }
}
