// Section "draw": a drawing, what MNIST would have made of it, its μ and σ, its reconstruction.

import { latest } from "../core/latest";
import type { DrawingPad } from "../elements/drawing-pad";
import type { ImageView } from "../elements/image-view";
import type { LatentMap } from "../elements/latent-map";
import { type PageContext, sentence } from "./context";
import { fillMap, loadPart, required, showError } from "./figure";

const MODEL = "vae-2";
// The ring of the cursor would hide an ellipse of a few pixels.
const WITHOUT_CURSOR = { cursor: false };
/** Zoomed to a drawing, the map is this many of its σ wide. */
const SIGMAS_ACROSS = 16;

/** An image to encode, or a point to decode. */
type Job = { pixels: Float32Array } | { z: Float32Array };

interface Shown {
  image: Float32Array;
  /** Of an image that was encoded. */
  posterior?: { mu: Float32Array; sigma: Float32Array };
}

export async function start(context: PageContext, section: HTMLElement): Promise<void> {
  const pad = required<DrawingPad>(section, "drawing-pad");
  const input = required<ImageView>(section, "image-view[name=input]");
  const reconstruction = required<ImageView>(section, "image-view[name=reconstruction]");
  const map = required<LatentMap>(section, "latent-map");
  const numbers = required<HTMLOutputElement>(section, "output");
  const zoom = required<HTMLButtonElement>(section, "button.zoom");
  const model = context.model(MODEL);
  let ellipse: { mu: [number, number]; sigma: [number, number] } | null = null;

  // One queue for both ways to an image, so that neither can overwrite a newer one.
  const show = latest(
    async (job: Job): Promise<Shown> => {
      if ("z" in job) return { image: await context.engine.decode(model, job.z) };
      const { mu, logvar } = await context.engine.encode(model, job.pixels);
      const image = await context.engine.decode(model, mu);
      return { image, posterior: { mu, sigma: logvar.map((value) => Math.exp(value / 2)) } };
    },
    ({ image, posterior }) => {
      if (posterior === undefined) {
        reconstruction.pixels = image;
        return;
      }
      if (pad.strokes.length === 0) return; // cleared while the model was at work
      reconstruction.pixels = image;
      const mu = Array.from(posterior.mu) as [number, number];
      const sigma = Array.from(posterior.sigma) as [number, number];
      ellipse = { mu, sigma };
      map.ellipse = ellipse;
      map.layers = WITHOUT_CURSOR;
      map.z = mu;
      zoom.disabled = false;
      numbers.value = `μ = ${vector(mu)}   σ = ${vector(sigma)}`;
    },
    (error) => showError([reconstruction], sentence(`The model ${model.id}`, error)),
  );

  pad.addEventListener("drawing-change", (event) => {
    const { pixels, strokes, final } = event.detail;
    if (strokes.length === 0) {
      input.pixels = null;
      reconstruction.pixels = null;
      map.ellipse = null;
      map.z = null;
      map.view = null;
      zoom.disabled = true;
      numbers.value = "";
    } else {
      input.pixels = pixels;
      show({ pixels });
    }
    if (final) context.update({ drawing: strokes });
  });

  // The map here follows the pen; walking on it shows what the decoder would make instead.
  map.addEventListener("latent-change", (event) => {
    map.layers = {};
    show({ z: Float32Array.from(event.detail.z) });
  });
  zoom.addEventListener("click", () => {
    if (ellipse === null) return;
    map.view = { centre: ellipse.mu, scale: SIGMAS_ACROSS * Math.max(...ellipse.sigma) };
  });
  map.home = model.view;

  // Shown before the models are there, as is what is drawn meanwhile: its answer waits for them.
  if (context.state.drawing.length > 0) pad.strokes = context.state.drawing;
  await Promise.all([
    loadPart(context, model, "encoder", [reconstruction]),
    loadPart(context, model, "decoder", [reconstruction]),
  ]);
  if (reconstruction.state === "loading" && pad.strokes.length === 0) {
    reconstruction.state = "empty";
  }
  await fillMap(context, map, model);
}

function vector(values: readonly number[]): string {
  const number = (value: number): string => value.toFixed(2).replace("-", "−");
  return `(${values.map(number).join(", ")})`;
}
