// The embedded figure "draw": a pad, where its drawing lies on the map, and what is decoded there.

import { html, render } from "lit";
import { type PageContext, sentence } from "../app/context";
import { latest } from "../core/async/latest";
import { sigmaOf } from "../core/latent/posterior";
import type { Model } from "../core/release/manifest";
import "../elements/drawing-pad";
import type { DrawingPad } from "../elements/drawing-pad";
import type { ImageView } from "../elements/image-view";
import type { LatentMap } from "../elements/map/latent-map";
import { required, showError } from "../figures/figure";
import { MapFigure } from "../figures/map-figure";
import { type Embedded, tellHost } from "./host-messages";

export function startDraw(context: PageContext, place: HTMLElement, model: Model): Embedded {
  const { drawing, state } = context;
  render(
    html`<drawing-pad label="Pad to draw on"></drawing-pad>
      <div class="picture">
        <image-view name="embed-0" label="The reconstruction of your drawing"></image-view>
      </div>
      <div class="place"><latent-map lasso><img slot="picture" alt="" /></latent-map></div>`,
    place,
  );
  const map = required<LatentMap>(place, "latent-map");
  const view = required<ImageView>(place, "image-view");
  required<DrawingPad>(place, "drawing-pad").drawing = drawing;
  const tell = (z: readonly number[]): void => tellHost("z", { z: [...z] });
  const figure = new MapFigure(context, map, [view], (z) => {
    tell(z);
    if (model.latent_size === 2) context.update({ drawZ: map.z });
  });
  const encode = latest(
    (pixels: Float32Array) => context.engine.encode(model, pixels),
    ({ mu, logvar }) => {
      const z = Array.from(mu);
      figure.moveTo(z);
      tell(z);
      if (model.latent_size > 2) return;
      const [mx, my, sx = 0, sy = 0] = [...z, ...sigmaOf(logvar)] as [number, number];
      map.ellipse = sx > 0 ? { mu: [mx, my], sigma: [sx, sy] } : null;
    },
    (error, pixels) =>
      showError([view], sentence(`The model ${model.id}`, error), () => encode(pixels)),
  );
  drawing.subscribe(({ pixels }) => {
    if (!drawing.isEmpty) encode(pixels);
  });
  map.view = state.drawView;
  void figure.show(model, state.drawZ);
  if (!drawing.isEmpty && state.drawZ === null) encode(drawing.pixels);
  map.addEventListener("selection-change", ({ detail }) => tellHost("selection", detail));
  return {
    model,
    get z() {
      return figure.z;
    },
    moveTo: (z) => figure.moveTo(z),
    select: (rows) => {
      map.selection = rows;
    },
  };
}
