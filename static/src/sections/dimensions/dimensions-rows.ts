// The reconstructions of section "dimensions": the same test images by latent size or by kind.

import { type PageContext, sentence } from "../../app/context";
import { whenNear } from "../../app/when-near";
import { sheetOf } from "../../core/image/sheet";
import { imageSize } from "../../core/release/manifest";
import type { ImageView } from "../../elements/image-view";
import { linkedChoice, showOnly } from "../../figures/choices";
import { decodeWith, showError } from "../../figures/figure";
import { originals } from "../../figures/originals";

/** Starts once the rows come near: each of their models is a file of its own. */
export function startRows(context: PageContext, section: HTMLElement): void {
  // Absent where the release has no model of these kinds.
  const figure = section.querySelector<HTMLElement>(".sizes");
  if (figure === null) return;
  let near = false;
  const show = (): void => {
    showOnly(figure, "rows", choice.value);
    if (near) void fill(context, figure.querySelectorAll(".strips:not([hidden]) image-view"));
  };
  const choice = linkedChoice(context, figure, "[name=dimensions-rows]", "dimensionsRows", show);
  show();
  whenNear(figure, () => {
    near = true;
    show();
  });
}

/** Decodes each row that is not there yet: one after the other, the reader sees them come. */
async function fill(context: PageContext, views: NodeListOf<ImageView>): Promise<void> {
  for (const view of views) {
    if (view.state === "ready" || view.state === "loading") continue;
    view.state = "loading";
    const id = view.dataset.model as string;
    try {
      const model = context.model(id);
      const { index, mu, labels } = await context.document(model, "tiles");
      const images =
        "originals" in view.dataset
          ? await originals(model, index)
          : await decodeWith(context.engine, { model, z: mu.flat(), labels });
      const count = images.length / imageSize(model);
      view.width = count * model.image.width;
      view.height = model.image.height;
      view.channels = model.image.channels;
      view.pixels = sheetOf(images, model.image, count, 1);
    } catch (error) {
      const subject = "originals" in view.dataset ? "The test images" : `The model ${id}`;
      showError([view], sentence(subject, error), () => void fill(context, views));
    }
  }
}
