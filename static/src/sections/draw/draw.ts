// Section "draw": a drawing, what MNIST would have made of it, its μ and σ, its reconstruction.

import "../../elements/chart/error-scale";
import { type PageContext, sentence } from "../../app/context";
import type { DrawingReconstruction } from "../../app/drawing-reconstructions";
import { whenNear } from "../../app/when-near";
import { afterPicture } from "../../core/async/after-picture";
import { latest } from "../../core/async/latest";
import { settled } from "../../core/async/settled";
import { formatNumber } from "../../core/geometry/viewport";
import { EXAMPLE_DRAWINGS } from "../../core/image/example-drawings";
import { squaredError } from "../../core/image/reconstruction";
import { sigmaOf } from "../../core/latent/posterior";
import { shapesOf } from "../../core/points/map-layers";
import type { Model } from "../../core/release/manifest";
import type { Statistics } from "../../core/release/release";
import type { ImageView } from "../../elements/image-view";
import type { LatentMap } from "../../elements/map/latent-map";
import { fillMap, keepView, loadPart, required, showError } from "../../figures/figure";
import { chooseLayers, layersOnto } from "../../figures/layer-choice";
import { DrawAnswers } from "./draw-answers";
import { DrawReadings, type Passage } from "./draw-readings";

const MODEL = "vae-2";
const LAYERS = ["points", "names", "circle", "drawing"];
// The ring of the cursor would hide an ellipse of a few pixels.
const WITHOUT_CURSOR = { cursor: false };
const WITH_CURSOR = { cursor: true };
/** Zoomed to a drawing, the map is this many of its σ wide. */
const SIGMAS_ACROSS = 16;
const LABELS = {
  drawing: "The reconstruction of your drawing",
  place: "What the decoder draws at your place on the map",
};
/** Longer than between two movements of a pen: then everything else about the drawing is asked. */
const PEN_RESTS_MS = 80;

/** The drawing to encode, a point to decode, or the drawing's answer to come back to. */
type Job = "drawing" | { z: Float32Array } | { passage: Passage };

interface Shown {
  image: Float32Array;
  /** Of an image that was encoded. */
  passage?: Passage;
}

export async function start(context: PageContext, section: HTMLElement): Promise<void> {
  const { drawing } = context;
  const input = required<ImageView>(section, "image-view[name=input]");
  const reconstruction = required<ImageView>(section, "image-view[name=reconstruction]");
  const map = required<LatentMap>(section, "latent-map");
  const numbers = required<HTMLOutputElement>(section, "output");
  const zoom = required<HTMLButtonElement>(section, "button.zoom");
  const back = required<HTMLButtonElement>(section, "button.back");
  const model = context.model(MODEL);
  const readings = new DrawReadings(section, model);
  const strip = required<HTMLElement>(section, ".answers");
  const answers = new DrawAnswers(context, strip);
  let passage: Passage | null = null;
  let asked: [number, number] | null = null;
  /** The reader has left the drawing's place on the map since the last stroke. */
  let exploring = false;
  const offerReturn = (): void => {
    back.disabled = !exploring || passage === null;
  };
  /** What is decoded at a place of the map is not taken for the reconstruction of the drawing. */
  const name = (what: "drawing" | "place"): void => {
    reconstruction.label = LABELS[what];
    for (const text of section.querySelectorAll<HTMLElement>("[data-shows]")) {
      text.hidden = text.dataset.shows !== what;
    }
  };
  const setLayers = layersOnto(map);
  chooseLayers(context, section, "drawLayers", LAYERS, setLayers);

  // What need not keep up with the pen: the second pass, and the other models.
  const look = latest(
    (of: Passage) => context.engine.reconstruct(model, of.image),
    (again, of) => {
      if (of !== passage || of.pixels !== drawing.pixels) return;
      readings.conclude(of, squaredError(of.image, again.image));
      answers.ask(readings.nearest ?? 0);
    },
    () => {}, // the reconstruction's own place says what is wrong
  );
  const rested = settled(PEN_RESTS_MS, (of: Passage) => {
    if (of === passage) look(of);
  });

  // Where a drawing lies and what is read in it: its picture is on the screen before.
  const describe = afterPicture((of: Passage) => {
    if (of !== passage) return; // wiped meanwhile
    const { mu, sigma } = of;
    map.ellipse = { mu, sigma };
    if (!exploring) {
      setLayers(WITHOUT_CURSOR);
      map.z = [...mu];
    }
    zoom.disabled = false;
    offerReturn();
    numbers.value = `μ = ${vector(mu)}   σ = ${vector(sigma)}`;
    readings.show(of);
    exploreAsLinked();
  });

  // One queue for both ways to an image, so that neither can overwrite a newer one.
  const show = latest(
    async (job: Job): Promise<Shown> => {
      if (job === "drawing") {
        const passage = passageOf(await context.drawingReconstructions.of(model));
        return { image: passage.image, passage };
      }
      if ("passage" in job) return { image: job.passage.image, passage: job.passage };
      return { image: await context.engine.decode(model, job.z) };
    },
    (shown) => {
      if (shown.passage === undefined) {
        reconstruction.pixels = shown.image;
        name("place");
        return;
      }
      if (drawing.isEmpty) return; // cleared while the model was at work
      reconstruction.pixels = shown.image;
      name("drawing");
      const isNew = passage !== shown.passage;
      passage = shown.passage;
      describe(passage);
      if (isNew) rested(passage);
    },
    (error) => showError([reconstruction], sentence(`The model ${model.id}`, error)),
  );

  const follow = (): void => {
    answers.pause();
    asked = null;
    exploring = false;
    if (drawing.isEmpty) {
      passage = null;
      input.pixels = null;
      reconstruction.pixels = null;
      name("drawing");
      map.ellipse = null;
      map.z = null;
      map.view = null;
      zoom.disabled = true;
      numbers.value = "";
      readings.clear();
      answers.clear();
    } else {
      show("drawing");
      input.pixels = drawing.pixels;
    }
    offerReturn();
  };
  drawing.subscribe(follow);

  // The map follows the pen; exploring it shows what the decoder draws elsewhere.
  const explore = (z: [number, number]): void => {
    asked = null;
    exploring = true;
    offerReturn();
    setLayers(WITH_CURSOR);
    show({ z: Float32Array.from(z) });
    context.update({ drawZ: z });
  };
  map.addEventListener("latent-change", ({ detail: { z } }) => explore(z));
  const exploreAsLinked = (): void => {
    if (asked === null) return;
    map.z = asked;
    explore(asked);
  };
  const returnToDrawing = (): void => {
    if (passage === null || !exploring) return;
    exploring = false;
    offerReturn();
    show({ passage });
    context.update({ drawZ: null });
  };
  back.addEventListener("click", returnToDrawing);
  zoom.addEventListener("click", () => {
    if (passage === null) return;
    returnToDrawing(); // the ellipse is the drawing's, and the way to the button may lead over the map
    map.view = { centre: passage.mu, scale: SIGMAS_ACROSS * Math.max(...passage.sigma) };
    context.update({ drawView: map.view });
  });
  map.home = model.view;
  keepView(context, map, "drawView");
  for (const button of section.querySelectorAll<HTMLButtonElement>("[data-example]")) {
    button.addEventListener("click", () => {
      drawing.replace(EXAMPLE_DRAWINGS[button.dataset.example ?? ""] ?? []);
    });
  }
  const all = section.querySelector<HTMLButtonElement>("button.all");
  all?.addEventListener("click", () => {
    all.hidden = true;
    answers.showAll();
  });

  // Shown before the models are there, as is what is drawn meanwhile: its answer waits for them.
  if (!drawing.isEmpty) follow();
  asked = context.state.drawZ;
  await Promise.all([
    loadPart(context, model, "encoder", [reconstruction]),
    loadPart(context, model, "decoder", [reconstruction]),
  ]);
  if (drawing.isEmpty) {
    if (reconstruction.state === "loading") reconstruction.state = "empty";
    exploreAsLinked();
  }
  await fillMap(context, map, model);
  await compare(context, model, readings, map);
  whenNear(strip, () => void answers.prepare());
}

function passageOf({ pixels, mu, logvar, image }: DrawingReconstruction): Passage {
  return {
    pixels,
    mu: Array.from(mu) as [number, number],
    sigma: sigmaOf(logvar) as [number, number],
    image,
  };
}

/** Fetches what a drawing is compared with; a document that is missing costs only its numbers. */
async function compare(
  context: PageContext,
  model: Model,
  readings: DrawReadings,
  map: LatentMap,
): Promise<void> {
  const [report, statistics] = await Promise.all([
    context.document(model, "report").catch(() => null),
    context.document(model, "statistics").catch((): Statistics | null => null),
  ]);
  if (statistics !== null) Object.assign(map, shapesOf(model, statistics));
  readings.compareWith(report, statistics);
}

function vector(values: readonly number[]): string {
  return `(${values.map((value) => formatNumber(value, 2)).join(", ")})`;
}
