// Section "hover": the pointer over the map is z, and the digit appears. Other maps can be chosen.

import "../../elements/map/layer-switches";
import type { PageContext } from "../../app/context";
import { leaveOut } from "../../app/notice";
import type { View } from "../../core/geometry/viewport";
import { FIRST_LAYERS, layersOf, switchedFrom } from "../../core/points/map-layers";
import type { Model } from "../../core/release/manifest";
import type { ImageView } from "../../elements/image-view";
import type { LatentMap } from "../../elements/map/latent-map";
import type { LayerSwitches } from "../../elements/map/layer-switches";
import {
  decoderInto,
  dressMap,
  dressView,
  fillMap,
  keepView,
  loadPart,
  required,
  sizeView,
} from "../../figures/figure";
import { layersAsked } from "../../figures/layer-choice";
import { MapLayers } from "../../figures/lazy-layers";
import { followNeighbours } from "./neighbours";

const DEFAULT_MODEL = "vae-2";

/** Where a map opens. */
interface Place {
  z: [number, number] | null;
  view: View | null;
  pinned: boolean;
  /** Classes in colour; null: all. */
  only: number[] | null;
}
const NOWHERE: Place = { z: null, view: null, pinned: false, only: null };

/** Resolves once the digit answers, or cannot; the points of the map come after that. */
export async function start(context: PageContext, section: HTMLElement): Promise<void> {
  const map = required<LatentMap>(section, "latent-map");
  const view = required<ImageView>(section, "image-view[name=decoded]");
  const bar = required<HTMLProgressElement>(section, "progress");
  // Absent where the release has a single model to show here.
  const chooser = section.querySelector<HTMLSelectElement>("select");
  const switches = required<LayerSwitches>(section, "layer-switches");
  const { state } = context;
  const layers = new MapLayers(context, map);
  layers.switchTo(layersAsked(context, "layers", Object.keys(FIRST_LAYERS)));
  switches.on = layers.on;

  const isShown = (model: Model): boolean => model.id === map.model;
  let answered = (): void => {};
  const decode = decoderInto(context, [view], isShown, () => answered());
  const showNeighbours = followNeighbours(context, section, map);

  const show = async (model: Model, { z, view: seen, pinned, only }: Place): Promise<void> => {
    if (!isShown(model)) dress(section, map, view, model);
    sizeView(view, model);
    layers.leave();
    switches.layers = layersOf(model).join(" ");
    map.home = model.view;
    map.view = seen;
    map.z = z ?? (model.prepared.z as [number, number]);
    map.pinned = pinned;
    map.isolated = only ?? [];
    map.classNames = model.class_names;
    const progress = (share: number): void => {
      if (isShown(model)) bar.value = share;
    };
    progress(0);
    answered(); // the answer of the model before is no longer waited for
    const answer = new Promise<void>((resolve) => {
      answered = resolve;
    });
    // The points come after the model: a digit that answers is what the reader waits for.
    const loaded = await loadPart(context, model, "decoder", [view], progress, () =>
      isShown(model),
    );
    if (!isShown(model)) return;
    if (loaded) {
      decode({ model, z: map.z ?? (model.prepared.z as [number, number]) });
      await answer;
    }
    progress(1);
    if (!isShown(model)) return;
    layers.show(model);
    void fillMap(context, map, model).then(showNeighbours);
  };

  map.addEventListener("latent-change", (event) => {
    decode({ model: context.model(map.model), z: event.detail.z });
    context.update({ z: event.detail.z });
    showNeighbours();
  });
  map.addEventListener("pin-change", (event) => context.update({ pinned: event.detail.pinned }));
  keepView(context, map, "view");
  map.addEventListener("classes-change", ({ detail: { isolated } }) =>
    context.update({ only: isolated.length > 0 ? [...isolated] : null }),
  );
  switches.addEventListener("layers-change", ({ detail }) => {
    layers.switchTo(detail.layers);
    context.update({ layers: switchedFrom(FIRST_LAYERS, layers.on) });
  });
  chooser?.addEventListener("change", () => {
    const id = chooser.value;
    // A place on one map means nothing on another.
    context.update({ mapModel: id === DEFAULT_MODEL ? null : id, ...NOWHERE });
    void show(context.model(id), NOWHERE);
  });

  const offered = Array.from(chooser?.options ?? [], (option) => option.value);
  if (state.mapModel !== null && !offered.includes(state.mapModel)) leaveOut(context, "mapModel");
  const first = context.model(state.mapModel ?? DEFAULT_MODEL);
  if (state.only?.some((label) => label >= first.classes)) leaveOut(context, "only");
  if (chooser !== null) {
    chooser.value = first.id;
    chooser.disabled = false;
  }
  await show(first, state);
}

/** Puts up another model's map, picture and words. */
function dress(section: HTMLElement, map: LatentMap, view: ImageView, model: Model): void {
  dressMap(map, model);
  dressView(view, model);
  view.label = "The picture decoded from the point under the pointer";
  const prepared = required<HTMLImageElement>(view, "img");
  prepared.alt = view.label;
  prepared.src = model.prepared.image.url;
  for (const text of section.querySelectorAll<HTMLElement>("[data-model]")) {
    text.hidden = text.dataset.model !== model.id;
  }
}
