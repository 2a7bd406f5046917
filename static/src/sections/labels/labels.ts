// Section "labels": one z, ten digits, one a class; then grids of a chosen digit (labels-grids).

import type { PageContext } from "../../app/context";
import { leaveOut } from "../../app/notice";
import { whenNear } from "../../app/when-near";
import type { Model } from "../../core/release/manifest";
import type { ImageView } from "../../elements/image-view";
import type { LatentMap } from "../../elements/map/latent-map";
import { decoderInto, dressMap, fillMap, keepView, loadPart, required } from "../../figures/figure";
import { chooseLayers } from "../../figures/layer-choice";
import { MapLayers } from "../../figures/lazy-layers";
import { startGrids } from "./labels-grids";

const DEFAULT_MODEL = "label-decoder-vae-2";
const LAYERS = ["points", "names"];

export async function start(context: PageContext, section: HTMLElement): Promise<void> {
  const map = required<LatentMap>(section, "latent-map");
  const views = Array.from(section.querySelectorAll<ImageView>("image-view[name^=class-]"));
  const choices = Array.from(
    section.querySelectorAll<HTMLInputElement>("input[name=labels-model]"),
  );
  const { state } = context;
  const layers = new MapLayers(context, map);
  chooseLayers(context, section, "labelsLayers", LAYERS, (on) => layers.switchTo(on));
  // Absent where the release lacks its models.
  const grids = section.querySelector<HTMLElement>(".asked");
  if (grids !== null) whenNear(grids, () => startGrids(context, grids));

  const decodeInto = decoderInto(context, views, (model) => model.id === map.model);
  const decode = (model: Model, z: readonly [number, number]): void => {
    const labels = Array.from({ length: model.classes }, (_, label) => label);
    decodeInto({ model, z: labels.flatMap(() => z), labels });
  };

  const show = async (id: string): Promise<void> => {
    const model = context.model(id);
    dressMap(map, model);
    layers.show(model);
    for (const choice of choices) choice.checked = choice.value === id;
    if (await loadPart(context, model, "decoder", views)) {
      if (map.model !== id) return;
      decode(model, map.z ?? [0, 0]);
    }
    await fillMap(context, map, model);
  };

  map.addEventListener("latent-change", (event) => {
    decode(context.model(map.model), event.detail.z);
    context.update({ labelsZ: event.detail.z });
  });
  map.addEventListener("pin-change", (event) =>
    context.update({ labelsPinned: event.detail.pinned }),
  );
  for (const choice of choices) {
    choice.addEventListener("change", () => {
      const labelsModel = choice.value === DEFAULT_MODEL ? null : choice.value;
      context.update({ labelsModel, labelsView: null });
      void show(choice.value);
    });
  }
  map.z = state.labelsZ ?? [0, 0];
  map.pinned = state.labelsPinned;
  if (state.labelsModel !== null && !choices.some(({ value }) => value === state.labelsModel)) {
    leaveOut(context, "labelsModel", "labelsView");
  }
  const shown = show(state.labelsModel ?? DEFAULT_MODEL);
  keepView(context, map, "labelsView");
  await shown;
}
