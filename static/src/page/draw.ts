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

interface Seen {
  mu: Float32Array;
  sigma: Float32Array;
  image: Float32Array;
}

export async function startDraw(context: PageContext, section: HTMLElement): Promise<void> {
  const pad = required<DrawingPad>(section, "drawing-pad");
  const input = required<ImageView>(section, "image-view[name=input]");
  const reconstruction = required<ImageView>(section, "image-view[name=reconstruction]");
  const map = required<LatentMap>(section, "latent-map");
  const numbers = required<HTMLOutputElement>(section, "output");
  const zoom = required<HTMLButtonElement>(section, "button.zoom");
  const model = context.model(MODEL);
  let seen: { centre: [number, number]; sigma: Float32Array } | null = null;

  const see = latest(
    async (pixels: Float32Array): Promise<Seen> => {
      const { mu, logvar } = await context.engine.encode(model, pixels);
      const image = await context.engine.decode(model, mu);
      return { mu, sigma: logvar.map((value) => Math.exp(value / 2)), image };
    },
    ({ mu, sigma, image }) => {
      if (pad.strokes.length === 0) return; // cleared while the model was at work
      reconstruction.pixels = image;
      const centre = Array.from(mu) as [number, number];
      map.ellipse = { mu: centre, sigma: Array.from(sigma) as [number, number] };
      map.layers = WITHOUT_CURSOR;
      map.z = centre;
      seen = { centre, sigma };
      zoom.disabled = false;
      numbers.value = `μ = ${vector(mu)}   σ = ${vector(sigma)}`;
    },
    (error) => showError([reconstruction], sentence(model.id, error)),
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
      see(pixels);
    }
    if (final) context.update({ drawing: strokes });
  });

  // The map here follows the pen; walking on it shows what the decoder would make instead.
  const walk = latest(
    (z: [number, number]) => context.engine.decode(model, Float32Array.from(z)),
    (pixels) => {
      reconstruction.pixels = pixels;
    },
    (error) => showError([reconstruction], sentence(model.id, error)),
  );
  map.addEventListener("latent-change", (event) => {
    map.layers = {};
    walk(event.detail.z);
  });
  zoom.addEventListener("click", () => {
    if (seen === null) return;
    const widest = Math.max(...seen.sigma);
    map.view = { centre: seen.centre, scale: SIGMAS_ACROSS * widest };
  });
  map.home = model.view;

  await Promise.all([
    loadPart(context, model, "encoder", [reconstruction]),
    loadPart(context, model, "decoder", [reconstruction]),
  ]);
  if (reconstruction.state === "loading") reconstruction.state = "empty";
  if (context.state.drawing.length > 0) pad.strokes = context.state.drawing;
  else if (pad.strokes.length > 0) see(pad.pixels); // drawn while the models were loading
  await fillMap(context, map, model);
}

function vector(values: Float32Array): string {
  const number = (value: number): string => value.toFixed(2).replace("-", "−");
  return `(${Array.from(values, number).join(", ")})`;
}
