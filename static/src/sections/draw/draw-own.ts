// Section "draw" of a model of the user's own: a drawing, or a photo, and what the model makes of it.

import "../../elements/photo/face-photo";
import { type PageContext, sentence } from "../../app/context";
import { latest } from "../../core/async/latest";
import { formatNumber } from "../../core/geometry/viewport";
import { fitDrawing } from "../../core/image/fit-drawing";
import { squaredError } from "../../core/image/reconstruction";
import { projectVariance } from "../../core/latent/plane";
import { klToStandardNormal, sigmaOf, sum } from "../../core/latent/posterior";
import { classAround } from "../../core/points/nearest";
import type { ImageView } from "../../elements/image-view";
import type { LatentMap } from "../../elements/map/latent-map";
import { showOnly } from "../../figures/choices";
import { keepClasses } from "../../figures/class-isolation";
import {
  dressMap,
  fillMap,
  keepView,
  loadPart,
  required,
  showError,
  sizeView,
  whenMouseLeaves,
} from "../../figures/figure";
import { chooseLayers, layersOnto } from "../../figures/layer-choice";
import { type MapPlane, offerLabels, planeOf } from "../../figures/map-plane";

const LAYERS = ["points", "names", "ellipses"];

/** What is to be shown: the reader's picture, or what lies at a place on the map. */
type Asked = { readonly pixels: Float32Array } | { readonly place: [number, number] };

export async function startOwn(context: PageContext, section: HTMLElement): Promise<void> {
  const map = required<LatentMap>(section, "latent-map");
  const input = required<ImageView>(section, "image-view[name=input]");
  const output = required<ImageView>(section, "image-view[name=reconstruction]");
  const said = required<HTMLOutputElement>(section, "output");
  const back = required<HTMLButtonElement>(section, "button.back");
  const labels = section.querySelector<HTMLSelectElement>("#draw-label");
  const photo = section.querySelector<HTMLElement>("face-photo");
  // What the reader's camera sees is never sent.
  const engine = photo === null ? context.engine : context.here;
  const model = context.model(map.model);
  /** The picture as the encoder sees it; null where there is none. */
  let pixels: Float32Array | null = null;
  let plane: MapPlane | null = null;

  dressMap(map, model);
  for (const view of [input, output]) sizeView(view, model);
  offerLabels(labels, model);
  keepView(context, map, "drawView");
  keepClasses(context, section, "drawOnly");
  chooseLayers(context, section, "drawLayers", LAYERS, layersOnto(map));

  const label = (): number | undefined => (labels === null ? undefined : Number(labels.value));
  const show = latest(
    async (asked: Asked) => {
      if ("pixels" in asked) return engine.reconstruct(model, asked.pixels, label());
      const z = Float32Array.from((plane as MapPlane).fromMap(asked.place));
      const asks = label();
      return engine.decode(model, z, asks === undefined ? undefined : [asks]);
    },
    (shown, asked) => {
      if ("pixels" in asked && asked.pixels !== pixels) return; // taken away meanwhile
      showOnly(section, "shows", "pixels" in asked ? "drawing" : "place");
      back.disabled = "pixels" in asked || pixels === null;
      if (!("pixels" in asked) || shown instanceof Float32Array) {
        output.pixels = shown as Float32Array;
        return;
      }
      output.pixels = shown.image;
      place(asked.pixels, shown);
    },
    (error, asked) => {
      showError([output], sentence(`The model ${model.id}`, error), () => show(asked));
    },
  );

  /** Marks the picture's posterior on the map, and says what its numbers come to. */
  const place = (
    image: Float32Array,
    { mu, logvar, image: decoded }: { mu: Float32Array; logvar: Float32Array; image: Float32Array },
  ): void => {
    const known = plane as MapPlane;
    const at = known.toMap(mu);
    const sigma = logvar.length > 0 ? Array.from(sigmaOf(logvar)) : null;
    const nearest = map.points === null ? null : classAround(map.points, at);
    map.z = at;
    if (sigma !== null) {
      const variance = sigma.map((one) => one * one) as [number, number];
      const covariance =
        known.plane === null
          ? ([
              [variance[0], 0],
              [0, variance[1]],
            ] as const)
          : projectVariance(known.plane, variance);
      map.ellipses = [{ label: nearest ?? 0, mean: at, covariance }];
    }
    const name = nearest === null || model.classes < 2 ? null : model.class_names[nearest];
    said.value = [
      `squared error ${formatNumber(squaredError(image, decoded), 1)}`,
      ...(sigma === null
        ? []
        : [`KL ${formatNumber(sum(klToStandardNormal(Array.from(mu), sigma)), 1)} nats`]),
      ...(name == null ? [] : [`most of the points near it: ${name}`]),
    ].join(" · ");
  };

  const take = (taken: Float32Array | null): void => {
    pixels = taken;
    input.pixels = taken;
    if (taken !== null) {
      if (plane !== null) show({ pixels: taken });
      return;
    }
    output.pixels = null;
    map.ellipses = [];
    map.z = null;
    said.value = "";
    back.disabled = true;
  };
  const takeDrawing = (): void => {
    const { drawing } = context;
    take(drawing.isEmpty ? null : fitDrawing(drawing.pixels, model.image));
  };

  map.addEventListener("latent-change", ({ detail: { z } }) => {
    if (plane !== null) show({ place: z });
  });
  const again = (): void => {
    if (pixels !== null) show({ pixels });
  };
  back.addEventListener("click", again);
  whenMouseLeaves(map, again);
  labels?.addEventListener("change", again);

  await Promise.all([
    loadPart(context, model, "encoder", [output]),
    loadPart(context, model, "decoder", [output]),
  ]);
  try {
    plane = await planeOf(context, model);
  } catch (error) {
    showError([map, output], sentence("What lies on this map", error));
    return;
  }
  if (output.state === "loading") output.state = "empty";
  if (photo === null) {
    context.drawing.subscribe(takeDrawing, context.end);
    if (!context.drawing.isEmpty) takeDrawing();
  } else {
    photo.addEventListener("photo-change", ({ detail }) => take(detail.pixels), {
      signal: context.end,
    });
  }
  await fillMap(context, map, model);
}
