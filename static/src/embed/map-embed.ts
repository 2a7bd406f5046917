// The embedded figures with a map: "map" with one picture, "digits" with one for each class.

import { html, render } from "lit";
import type { PageContext } from "../app/context";
import type { Model } from "../core/release/manifest";
import type { ImageView } from "../elements/image-view";
import type { LatentMap } from "../elements/map/latent-map";
import { required } from "../figures/figure";
import { MapLayers } from "../figures/lazy-layers";
import { MapFigure } from "../figures/map-figure";
import { type Embedded, tellHost } from "./host-messages";

export function startMap(context: PageContext, place: HTMLElement, model: Model): Embedded {
  return start(context, place, model, [`The picture that ${model.title} decodes`]);
}

export function startDigits(context: PageContext, place: HTMLElement, model: Model): Embedded {
  return start(
    context,
    place,
    model,
    model.class_names.map((name) => `Class ${name} in this style`),
  );
}

/** @param labels what each picture is called. */
function start(
  context: PageContext,
  place: HTMLElement,
  model: Model,
  labels: readonly string[],
): Embedded {
  const { state } = context;
  render(
    html`<div class="place"><latent-map lasso><img slot="picture" alt="" /></latent-map></div>
      <div class=${labels.length === 1 ? "picture" : "pictures"}>
        ${labels.map((label, i) => html`<image-view name=${`embed-${i}`} label=${label}></image-view>`)}
      </div>`,
    place,
  );
  const map = required<LatentMap>(place, "latent-map");
  const views = Array.from(place.querySelectorAll<ImageView>("image-view"));
  const keep = (z: readonly number[]): void => {
    context.update(z.length === 2 ? { z: [z[0] as number, z[1] as number] } : { labZ: [...z] });
  };
  const figure = new MapFigure(context, map, views, (z) => {
    tellHost("z", { z: [...z] });
    keep(z);
  });
  figure.label = state.labLabel ?? 0;
  const source = () => (model.latent_size === 2 ? { label: figure.label } : null);
  const layers = new MapLayers(context, map, source);
  // The link of the first section, or that of the lab: whichever says where.
  void figure.show(model, state.labZ ?? state.z ?? state.labelsZ).then(() => layers.show(model));
  layers.switchTo(state.labLayers ?? state.layers ?? {});
  map.view = state.labView ?? state.view ?? state.labelsView;
  map.pinned = state.labPinned || state.pinned || state.labelsPinned;
  map.isolated = state.only ?? [];
  map.addEventListener("selection-change", ({ detail }) => tellHost("selection", detail));
  return {
    model,
    get z() {
      return figure.z;
    },
    moveTo: (z) => {
      figure.moveTo(z);
      keep(z);
    },
    select: (rows) => {
      map.selection = rows;
    },
  };
}
