// Section "labels": one z, ten digits, one a class.

import { latest } from "../core/latest";
import type { Model } from "../core/manifest";
import type { ImageView } from "../elements/image-view";
import type { LatentMap } from "../elements/latent-map";
import { type PageContext, sentence } from "./context";
import { fillMap, loadPart, required, showError } from "./figure";

const DEFAULT_MODEL = "label-decoder-vae-2";

interface Job {
  model: Model;
  z: [number, number];
}

export async function startLabels(context: PageContext, section: HTMLElement): Promise<void> {
  const map = required<LatentMap>(section, "latent-map");
  const picture = required<HTMLImageElement>(map, "img[slot=picture]");
  const views = Array.from(section.querySelectorAll<ImageView>("image-view[name^=class-]"));
  const choices = Array.from(
    section.querySelectorAll<HTMLInputElement>("input[name=labels-model]"),
  );
  const { state } = context;

  const decode = latest(
    ({ model, z }: Job) => {
      const tiled = Float32Array.from({ length: 2 * model.classes }, (_, i) => z[i % 2] as number);
      const labels = Array.from({ length: model.classes }, (_, label) => label);
      return context.engine.decode(model, tiled, labels);
    },
    (pixels, { model }) => {
      if (model.id !== map.model) return;
      const size = pixels.length / views.length;
      for (const [label, view] of views.entries()) {
        view.pixels = pixels.subarray(label * size, (label + 1) * size);
      }
    },
    (error, { model }) => showError(views, sentence(`The model ${model.id}`, error)),
  );

  const show = async (id: string): Promise<void> => {
    const model = context.model(id);
    map.model = id;
    map.home = model.view;
    map.points = null;
    map.state = "loading";
    picture.src = model.picture.url;
    for (const choice of choices) choice.checked = choice.value === id;
    for (const figure of section.querySelectorAll<HTMLElement>("[data-model]")) {
      figure.hidden = figure.dataset.model !== id;
    }
    if (await loadPart(context, model, "decoder", views)) {
      if (map.model !== id) return;
      decode({ model, z: map.z ?? [0, 0] });
    }
    await fillMap(context, map, model);
  };

  map.addEventListener("latent-change", (event) => {
    decode({ model: context.model(map.model), z: event.detail.z });
    context.update({ labelsZ: event.detail.z });
  });
  map.addEventListener("pin-change", (event) =>
    context.update({ labelsPinned: event.detail.pinned }),
  );
  for (const choice of choices) {
    choice.addEventListener("change", () => {
      context.update({ labelsModel: choice.value === DEFAULT_MODEL ? null : choice.value });
      void show(choice.value);
    });
  }
  map.z = state.labelsZ ?? [0, 0];
  map.pinned = state.labelsPinned;
  const wanted = choices.some((choice) => choice.value === state.labelsModel);
  await show(wanted ? (state.labelsModel as string) : DEFAULT_MODEL);
}
