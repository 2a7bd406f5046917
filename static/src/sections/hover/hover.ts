// Section "hover": the pointer over the map is z, and the digit appears. Other maps can be chosen.

import "../../elements/map/layer-switches";
import { type PageContext, sentence } from "../../app/context";
import { leaveOut } from "../../app/notice";
import { sameView } from "../../core/geometry/viewport";
import type { PageState } from "../../core/link/url-state";
import { FIRST_LAYERS, hasNormalPrior, layersOf, switchedFrom } from "../../core/points/map-layers";
import type { Model } from "../../core/release/manifest";
import type { ImageView } from "../../elements/image-view";
import type { LatentMap } from "../../elements/map/latent-map";
import type { LayerSwitches } from "../../elements/map/layer-switches";
import { linkedChoice, showOnly } from "../../figures/choices";
import {
  decoderInto,
  dressMap,
  dressView,
  fillMap,
  keepView,
  nameMap,
  required,
  showError,
  sizeView,
} from "../../figures/figure";
import { fetchLattice } from "../../figures/lattice-picture";
import { layersAsked } from "../../figures/layer-choice";
import { MapLayers } from "../../figures/lazy-layers";
import { MapPlane, offerLabels, planeOf } from "../../figures/map-plane";
import { invite } from "./invitation";
import { followNeighbours } from "./neighbours";
import { StandIn } from "./stand-in";

/** Where a map opens, the label there, and the classes in colour. */
type Place = Pick<PageState, "z" | "mapLabel" | "view" | "pinned" | "only">;
const NOWHERE: Place = { z: null, mapLabel: null, view: null, pinned: false, only: null };

/** Resolves once the digit answers, or cannot; the points of the map come after that. */
export async function start(context: PageContext, section: HTMLElement): Promise<void> {
  const map = required<LatentMap>(section, "latent-map");
  const view = required<ImageView>(section, "image-view[name=decoded]");
  const switches = required<LayerSwitches>(section, "layer-switches");
  const { state } = context;
  const { lattice } = context.model(map.model);
  if (lattice !== undefined) fetchLattice(lattice);
  /** Absent where no model of the section is conditioned. */
  const labels = section.querySelector<HTMLSelectElement>("#map-label");
  const label = (): number => Number(labels?.value ?? 0);
  /** Null until it is known where the map's places lie in the latent space. */
  let plane: MapPlane | null = null;
  const layers = new MapLayers(
    context,
    map,
    () => plane && { ...plane.lift(), ...(labels !== null && { label: label() }) },
  );
  layers.switchTo(layersAsked(context, "layers", Object.keys(FIRST_LAYERS)));
  switches.on = layers.on;

  const isShown = (model: Model): boolean => model.id === map.model;
  let answered = (): void => {};
  const standIn = new StandIn(context, section, view, (model) => decodeAt(model));
  const decode = decoderInto(standIn, [view], isShown, ({ model }) => {
    standIn.say();
    standIn.recover(model, () => isShown(model));
    answered();
  });
  const decodeAt = (model: Model): void => {
    if (map.z === null || plane === null) return;
    decode({ model, z: plane.fromMap(map.z), labels: [label()] });
  };
  const showNeighbours = followNeighbours(context, section, map);
  /** Begins to wander over the map, where the reader is invited to. */
  let wander = (): boolean => false;

  const show = async (model: Model, place: Place): Promise<void> => {
    const { z, view: seen, pinned, only } = place;
    if (!isShown(model)) {
      dressMap(map, model);
      dressView(view, model);
      view.label = "The picture decoded from the point under the pointer";
      const prepared = view.querySelector("img");
      if (prepared !== null && model.prepared.image !== undefined) {
        prepared.alt = view.label;
        prepared.src = model.prepared.image.url;
      }
      showOnly(section, "model", model.id);
    }
    sizeView(view, model);
    layers.leave();
    switches.layers = layersOf(model).join(" ");
    map.hasNormalPrior = hasNormalPrior(model);
    map.home = model.view;
    map.view = seen;
    plane = model.latent_size === 2 ? new MapPlane(null, model.prepared.z) : null;
    map.z = z ?? plane?.toMap(model.prepared.z) ?? null;
    offerLabels(labels, model, place.mapLabel);
    map.pinned = pinned;
    map.isolated = only ?? [];
    nameMap(map, model);
    answered(); // the answer of the model before is no longer waited for
    const answer = new Promise<void>((resolve) => {
      answered = resolve;
    });
    // The points come after the model: a digit that answers is what the reader waits for.
    const isWanted = (): boolean => isShown(model);
    const loaded = standIn.load(model, isWanted);
    // Where the link points there is no prepared picture.
    if (z !== null && model.lattice !== undefined) decodeAt(model);
    const found = await findPlane(model);
    if (!isWanted()) return;
    if (found !== null) {
      plane = found;
      map.z ??= found.toMap(model.prepared.z);
    }
    if ((await loaded) && isWanted() && plane !== null) {
      decodeAt(model);
      await answer;
    }
    if (!isWanted()) return;
    layers.show(model);
    void fillMap(context, map, model).then(() => {
      if (!isWanted() || !wander()) showNeighbours();
    });
  };

  /** Null where it cannot be had: the map says so. */
  const findPlane = async (model: Model): Promise<MapPlane | null> => {
    if (plane !== null) return plane;
    try {
      return await planeOf(context, model);
    } catch (error) {
      const again = (): void => {
        if (isShown(model)) void show(model, { ...NOWHERE });
      };
      if (isShown(model)) showError([map, view], sentence("What lies on this map", error), again);
      return null;
    }
  };
  labels?.addEventListener("change", () => {
    context.update({ mapLabel: label() });
    decodeAt(context.model(map.model));
    layers.moved();
  });
  map.addEventListener("latent-change", (event) => {
    decodeAt(context.model(map.model));
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
    const view = sameView(map.view, map.home) ? null : map.view;
    context.update({ layers: switchedFrom(FIRST_LAYERS, layers.on), view });
  });
  const choice = linkedChoice(context, section, "#map-model", "mapModel", (id) => {
    context.update({ ...NOWHERE }); // a place on one map means nothing on another
    void show(context.model(id), NOWHERE);
  });
  // No choice where the release has a single model to show here.
  const first = context.model(choice.value || map.model);
  if (state.only?.some((one) => one >= first.classes)) leaveOut(context, "only");
  if ((state.mapLabel ?? -1) >= (first.condition === "none" ? 0 : first.classes)) {
    leaveOut(context, "mapLabel");
  }
  // What the reader did before the script came is not lost.
  if (state.z === null && map.z !== null) context.update({ z: map.z, pinned: map.pinned });
  const shown = show(first, state);
  // Else the link shows a place, or sends its reader elsewhere.
  if ([state.z, state.view, state.section, state.mapModel].every((one) => one === null)) {
    wander = invite(section, map, () => decodeAt(first), showNeighbours, context.end);
  }
  await shown;
}
