// Section "hover": the pointer over the map is z, and the digit appears.

import { latest } from "../core/latest";
import type { ImageView } from "../elements/image-view";
import type { LatentMap } from "../elements/latent-map";
import { type PageContext, sentence } from "./context";
import { fillMap, loadPart, required, showError } from "./figure";

const MODEL = "vae-2";

/** Resolves once the digit answers, or cannot; the points of the map come after that. */
export async function startHover(context: PageContext, section: HTMLElement): Promise<void> {
  const map = required<LatentMap>(section, "latent-map");
  const view = required<ImageView>(section, "image-view[name=decoded]");
  const bar = required<HTMLProgressElement>(section, "progress");
  const model = context.model(MODEL);
  const { state } = context;

  let answered = (): void => {};
  const firstAnswer = new Promise<void>((resolve) => {
    answered = resolve;
  });
  const decode = latest(
    (z: [number, number]) => context.engine.decode(model, Float32Array.from(z)),
    (pixels) => {
      view.pixels = pixels;
      answered();
    },
    (error) => {
      showError([view], sentence(`The model ${model.id}`, error));
      answered();
    },
  );
  map.addEventListener("latent-change", (event) => {
    decode(event.detail.z);
    context.update({ z: event.detail.z });
  });
  map.addEventListener("pin-change", (event) => context.update({ pinned: event.detail.pinned }));
  map.addEventListener("view-change", (event) => context.update({ view: event.detail.view }));
  map.home = model.view;
  if (state.view !== null) map.view = state.view;
  map.z = state.z ?? (model.prepared.z as [number, number]);
  map.pinned = state.pinned;

  const progress = (share: number): void => {
    bar.value = share;
  };
  // The points come after the model, because a digit that answers is what the reader waits for.
  if (await loadPart(context, model, "decoder", [view], progress)) {
    decode(map.z ?? (model.prepared.z as [number, number]));
    await firstAnswer;
  }
  bar.value = 1;
  void fillMap(context, map, model);
}
