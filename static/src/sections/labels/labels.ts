// Section "labels": one z, ten digits, one a class; then grids of a chosen digit.

import "../../elements/lattice-view";
import "../../elements/play-bar";
import { type PageContext, sentence } from "../../app/context";
import { whenNear } from "../../app/when-near";
import { squareOf } from "../../core/geometry/viewport";
import type { ImageView } from "../../elements/image-view";
import type { LatticeView } from "../../elements/lattice-view";
import type { LatentMap } from "../../elements/map/latent-map";
import type { PlayBar } from "../../elements/play-bar";
import { linkedChoice, showOnly } from "../../figures/choices";
import { keepClasses } from "../../figures/class-isolation";
import {
  decoderInto,
  dressMap,
  fillMap,
  keepPlace,
  latticeOnto,
  loadPart,
  required,
  showError,
  sizeView,
} from "../../figures/figure";
import { chooseLayers } from "../../figures/layer-choice";
import { MapLayers } from "../../figures/lazy-layers";
import { MapPlane, planeOf } from "../../figures/map-plane";
import { ClassWindow } from "./class-window";

const LAYERS = ["points", "names"];
/** Points along each side of a grid. */
const SIDE = 10;

export async function start(context: PageContext, section: HTMLElement): Promise<void> {
  const map = required<LatentMap>(section, "latent-map");
  const views = Array.from(section.querySelectorAll<ImageView>("image-view[name^=class-]"));
  const layers = new MapLayers(context, map, () => plane?.lift() ?? null);
  chooseLayers(context, section, "labelsLayers", LAYERS, (on) => layers.switchTo(on));
  // Absent where the release lacks its models.
  const grids = section.querySelector<HTMLElement>(".asked");
  if (grids !== null) whenNear(grids, () => startGrids(context, grids));

  /** Of the user's own models, which may have more classes than there are pictures. */
  const classes = new ClassWindow(section, views, () => decode(map.z ?? [0, 0]));
  /** Null until it is known where the map's places lie in the latent space. */
  let plane: MapPlane | null = null;

  const decodeInto = decoderInto(context, views, (model) => model.id === map.model);
  const decode = (place: readonly [number, number]): void => {
    const model = context.model(map.model);
    if (plane === null) return;
    const z = plane.fromMap(place);
    const { labels } = classes;
    decodeInto({ model, z: labels.flatMap(() => z), labels });
  };
  const show = async (id: string): Promise<void> => {
    const model = context.model(id);
    dressMap(map, model);
    showOnly(section, "model", id);
    for (const view of views) sizeView(view, model);
    classes.offer(model);
    plane = model.latent_size === 2 ? new MapPlane(null, model.prepared.z) : null;
    layers.show(model);
    const found = planeOf(context, model).catch((error: unknown) => {
      if (map.model === id) showError([map, ...views], sentence("What lies on this map", error));
      return null;
    });
    await loadPart(context, model, "decoder", views);
    const its = await found;
    if (map.model !== id || its === null) return;
    plane = its;
    decode(map.z ?? [0, 0]);
    await fillMap(context, map, model);
  };

  const choice = linkedChoice(
    context,
    section,
    "[name=labels-model]",
    "labelsModel",
    (id) => void show(id),
    { labelsView: null },
  );
  const shown = show(choice.value || map.model); // no choice where there is one model
  keepPlace(context, map, "labels", decode);
  keepClasses(context, section, "labelsOnly");
  map.z ??= [0, 0];
  await shown;
}

/** The same grid around the origin, VAE and CVAE, a digit of choice. */
function startGrids(context: PageContext, figure: HTMLElement): void {
  const bar = required<PlayBar>(figure, "play-bar");
  const last = figure.querySelectorAll("[name=labels-digit]").length - 1;
  const grids = Array.from(figure.querySelectorAll<LatticeView>("lattice-view"), (grid) => ({
    grid,
    model: context.model(grid.model),
    lay: latticeOnto(context, grid),
  }));

  /** Decodes the grids anew: that of the conditioned model, and for another step every one. */
  const draw = (all: boolean): void => {
    const digit = Number(digits.value);
    bar.text = `digit ${digit}`;
    const bounds = squareOf({ centre: [0, 0], scale: SIDE * Number(steps.value) });
    for (const { grid, model, lay } of grids) {
      const isConditioned = model.condition !== "none";
      if (!isConditioned && !all) continue;
      grid.label = `${SIDE} × ${SIDE} decoded points around the origin, ${steps.value} apart: ${
        isConditioned ? `the digit ${model.class_names[digit]}` : "whatever lies there"
      }`;
      lay({ model, bounds, columns: SIDE, rows: SIDE, label: digit });
    }
  };
  const digits = linkedChoice(context, figure, "[name=labels-digit]", "labelsDigit", (digit) => {
    bar.pause();
    bar.value = Number(digit) / last;
    draw(false);
  });
  const steps = linkedChoice(context, figure, "select", "labelsStep", () => draw(true));
  bar.value = Number(digits.value) / last;
  bar.addEventListener("value-change", (event) => {
    const digit = Math.round(event.detail.value * last);
    if (digit === Number(digits.value)) return;
    digits.value = String(digit);
    draw(false);
    context.update({ labelsDigit: digits.value === digits.first ? null : digit });
  });

  for (const { grid } of grids) grid.state = "loading";
  draw(true);
  bar.disabled = false;
}
