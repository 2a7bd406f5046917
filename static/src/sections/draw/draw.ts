// Section "draw": a drawing, what MNIST would have made of it, its μ and σ, its reconstruction.

import { persist, tryAgain } from "../../elements/again";
import "../../elements/chart/error-scale";
import { type PageContext, sentence } from "../../app/context";
import { whenNear } from "../../app/when-near";
import { afterPicture } from "../../core/async/after-picture";
import { idle } from "../../core/async/idle";
import { latest } from "../../core/async/latest";
import { settled } from "../../core/async/settled";
import type { Point } from "../../core/geometry/viewport";
import { EXAMPLE_DRAWINGS } from "../../core/image/example-drawings";
import { squaredError } from "../../core/image/reconstruction";
import { sigmaOf } from "../../core/latent/posterior";
import { formatVector } from "../../core/link/vectors";
import { shapesOf } from "../../core/points/map-layers";
import type { ImageView } from "../../elements/image-view";
import type { LatentMap } from "../../elements/map/latent-map";
import { showOnly } from "../../figures/choices";
import { keepClasses } from "../../figures/class-isolation";
import {
  fillMap,
  keepView,
  loadPart,
  required,
  showError,
  whenMouseLeaves,
} from "../../figures/figure";
import { chooseLayers, layersOnto } from "../../figures/layer-choice";
import { DrawAnswers } from "./draw-answers";
import { offerExamples } from "./draw-examples";
import { DrawPosterior } from "./draw-posterior";
import { DrawReadings, type Passage } from "./draw-readings";

const MODEL = "vae-2";
const LAYERS = ["points", "names", "circle", "drawing", "posterior"];
/** Zoomed to a drawing, the map is this many of its σ wide. */
const SIGMAS_ACROSS = 16;
/** Or as many times wider than the best z is far from μ. */
const DISTANCES_ACROSS = 2.6;
const LABELS = {
  drawing: "The reconstruction of your drawing",
  place: "What is decoded at your place on the map",
};
/** Longer than between two movements of a pen: then everything else about the drawing is asked. */
const PEN_RESTS_MS = 80;
/** The lattice waits no longer than this for an idle moment. */
const PREPARED_MS = 1000;

export async function start(context: PageContext, section: HTMLElement): Promise<void> {
  if (section.dataset.own !== undefined) {
    const { startOwn } = await import("./draw-own");
    return startOwn(context, section);
  }
  const { drawing } = context;
  const isClear = (): boolean => drawing.strokes.length === 0;
  const input = required<ImageView>(section, "image-view[name=input]");
  const reconstruction = required<ImageView>(section, "image-view[name=reconstruction]");
  const map = required<LatentMap>(section, "latent-map");
  const numbers = required<HTMLOutputElement>(section, "output");
  const zoom = required<HTMLButtonElement>(section, "button.zoom");
  const back = required<HTMLButtonElement>(section, "button.back");
  const model = context.model(MODEL);
  const readings = new DrawReadings(section, model);
  const posterior = new DrawPosterior(context, section, model, map);
  const toBest = required<HTMLButtonElement>(section, "button.best");
  /** The best z, while it is what the reader has asked for. */
  let sought: Point | null = null;
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
    showOnly(section, "shows", what);
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
    if (of !== passage) return;
    void posterior.explain(of);
    look(of);
  });

  // Where a drawing lies and what is read in it: its picture is on the screen before.
  const describe = afterPicture((of: Passage) => {
    if (of !== passage) return; // cleared meanwhile
    const { mu, sigma } = of;
    map.ellipse = { mu, sigma };
    if (!exploring) {
      setLayers({ cursor: false }); // its ring would hide an ellipse of a few pixels
      map.z = [...mu];
    }
    zoom.disabled = false;
    offerReturn();
    numbers.value = `μ = ${formatVector(mu)}   σ = ${formatVector(sigma)}`;
    readings.show(of);
    posterior.follow(of);
    exploreAsLinked();
  });

  // One queue for both ways to an image, so that neither can overwrite a newer one.
  const show = latest(
    async (z: Point | null): Promise<Float32Array | Passage> => {
      if (z !== null) return context.engine.decode(model, Float32Array.from(z));
      const { pixels, mu, logvar, image } = await context.drawingReconstructions.of(model);
      const [sx, sy] = sigmaOf(logvar);
      return { pixels, mu: [mu[0], mu[1]], sigma: [sx, sy], image } as Passage;
    },
    (shown, z) => {
      if (shown instanceof Float32Array) {
        reconstruction.pixels = shown;
        name("place");
        if (z === sought) posterior.tellGain(shown);
        return;
      }
      if (isClear()) return; // cleared while the model was at work
      reconstruction.pixels = shown.image;
      name("drawing");
      passage = shown;
      describe(shown);
      rested(shown);
    },
    (error, asked) => {
      showError([reconstruction], sentence(`The model ${model.id}`, error), () => show(asked));
    },
  );

  // The page's own drawing is no news to a screen reader.
  const spoken = section.querySelectorAll<HTMLElement>("[aria-live]");
  const follow = (): void => {
    for (const part of spoken) part.ariaLive = drawing.isEmpty ? "off" : "polite";
    answers.pause();
    asked = null;
    exploring = false;
    if (isClear()) {
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
      posterior.clear();
      answers.clear();
    } else {
      show(null);
      input.pixels = drawing.pixels;
    }
    offerReturn();
  };
  drawing.subscribe(follow, context.end);

  // The map follows the pen; exploring it shows what the decoder draws elsewhere.
  const explore = (z: [number, number]): void => {
    asked = null;
    exploring = true;
    offerReturn();
    setLayers({ cursor: true });
    if (z !== sought) posterior.clearGain();
    show(z);
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
    posterior.clearGain();
    show(null);
    context.update({ drawZ: null });
  };
  back.addEventListener("click", returnToDrawing);
  whenMouseLeaves(map, returnToDrawing);
  toBest.addEventListener("click", () => {
    if (posterior.best === null) return;
    const z: [number, number] = [...posterior.best];
    sought = z;
    map.z = z;
    explore(z);
  });
  zoom.addEventListener("click", () => {
    if (passage === null) return;
    returnToDrawing(); // the ellipse is the drawing's, and the way to the button may lead over the map
    const { mu, sigma } = passage;
    const [x, y] = posterior.best ?? mu;
    const away = Math.max(Math.abs(x - mu[0]), Math.abs(y - mu[1]));
    const scale = Math.max(SIGMAS_ACROSS * Math.max(...sigma), DISTANCES_ACROSS * away);
    map.view = { centre: mu, scale };
    map.scrollIntoView({ behavior: "instant", block: "nearest" }); // on a phone it may be above
    context.update({ drawView: map.view });
  });
  map.home = model.view;
  keepView(context, map, "drawView");
  offerExamples(section, drawing);
  keepClasses(context, section, "drawOnly");
  const all = section.querySelector<HTMLButtonElement>("button.all");
  all?.addEventListener("click", () => {
    all.hidden = true;
    strip.classList.add("all");
    answers.showAll();
  });

  // Shown before the models are there, as is what is drawn meanwhile: its answer waits for them.
  // Where the reader has drawn nothing, the first stroke replaces what is shown.
  if (drawing.isEmpty) drawing.open(EXAMPLE_DRAWINGS.three ?? []);
  else follow();
  asked = context.state.drawZ;
  await Promise.all([
    loadPart(context, model, "encoder", [reconstruction]),
    loadPart(context, model, "decoder", [reconstruction]),
  ]);
  if (isClear()) {
    if (reconstruction.state === "loading") reconstruction.state = "empty";
    exploreAsLinked();
  }
  await fillMap(context, map, model);
  // Ahead of the first stroke; what fails is said when a drawing is asked about.
  void idle(PREPARED_MS).then(() => context.engine.prepareLattice(model).catch(() => {}));
  whenNear(strip, () => answers.begin(), "0px");
  // What a drawing is compared with; a document that is missing costs only its numbers.
  const insist = <Name extends "report" | "statistics">(name: Name, place: Element) =>
    persist(
      () => context.document(model, name),
      (_, again) => tryAgain(place, again),
    );
  // The drawing that the page opens with is often read before they come.
  const lookAgain = (): void => {
    if (passage !== null) rested(passage);
  };
  void insist("report", numbers).then((report) => {
    readings.compareWith({ report });
    lookAgain();
  });
  void insist("statistics", zoom).then((statistics) => {
    Object.assign(map, shapesOf(model, statistics));
    readings.compareWith({ statistics });
    lookAgain();
  });
}
