// Starts one figure in a frame of another page: which one its path says, what it shows its link does.
//
//   /embed/map?model=vae-2#z=0.4,-1.3      also digits, draw and sliders

import "./embed.css";
import "../elements/image-view";
import "../elements/map/latent-map";
import { PageContext, sentence } from "../app/context";
import type { PageState } from "../core/link/url-state";
import type { Manifest, Model } from "../core/release/manifest";
import { persist, tryAgain } from "../elements/again";
import { LocalEngine } from "../engine/local";
import { openRelease } from "../engine/open-release";
import { required } from "../figures/figure";
import { startDraw } from "./draw-embed";
import { type Embedded, obeyHost, tellHost } from "./host-messages";
import { startDigits, startMap } from "./map-embed";
import { startSliders } from "./sliders-embed";

interface Figure {
  readonly start: (context: PageContext, place: HTMLElement, model: Model) => Embedded;
  /** The models that it can show. */
  readonly shows: (model: Model) => boolean;
  /** What it lacks in a model, in part of a sentence. */
  readonly lack: string;
  /** The model that a link names. */
  readonly linked: (state: PageState) => string | null;
}

const FIGURES: Readonly<Record<string, Figure>> = {
  map: {
    start: startMap,
    shows: () => true,
    lack: "",
    linked: ({ labModel, mapModel }) => labModel ?? mapModel,
  },
  digits: {
    start: startDigits,
    shows: ({ condition, latent_size }) => condition !== "none" && latent_size === 2,
    lack: "it is not conditioned on the label, or has more than two latents",
    linked: ({ labelsModel }) => labelsModel,
  },
  draw: {
    start: startDraw,
    shows: ({ condition, image }) =>
      condition === "none" && image.channels === 1 && image.width === 28 && image.height === 28,
    lack: "it does not encode grey pictures of 28 × 28 pixels without a label",
    linked: () => null,
  },
  sliders: {
    start: startSliders,
    shows: () => true,
    lack: "",
    linked: ({ dimensionsModel, labModel }) => dimensionsModel ?? labModel,
  },
};

const said = required<HTMLElement>(document, "#said");
const name =
  location.pathname
    .replace(/\.html$|\/$/, "")
    .split("/")
    .at(-1) ?? "";
void start().catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error));
});

async function start(): Promise<void> {
  const figure = FIGURES[name];
  if (figure === undefined) throw new Error(`There is no figure “${name}”.`);
  const folder = new URL("models/", document.baseURI).href;
  const manifest = await persist(
    () => openRelease(folder),
    (error, again) => {
      say(sentence("The release", error));
      tryAgain(said, again);
    },
  );
  for (const [index, colour] of manifest.palette.entries()) {
    document.documentElement.style.setProperty(`--class-${index}`, colour);
  }
  const context = new PageContext(manifest, () => {}, new LocalEngine());
  const wanted = new URLSearchParams(location.search).get("model") ?? figure.linked(context.state);
  const model = choose(figure, manifest, wanted);
  const place = required<HTMLElement>(document, "main");
  said.hidden = true;
  place.className = `embedded ${name}`;
  obeyHost(name, figure.start(context, place, model));
}

/** @throws Error, one sentence for the reader, where the release has no such model. */
function choose({ shows, lack }: Figure, { models }: Manifest, wanted: string | null): Model {
  if (wanted === null) {
    const first = models.find(shows);
    if (first === undefined) throw new Error("This release has no model for this figure.");
    return first;
  }
  const model = models.find(({ id }) => id === wanted);
  if (model === undefined) throw new Error(`This release has no model “${wanted}”.`);
  if (!shows(model)) throw new Error(`The model ${wanted} cannot be shown here: ${lack}.`);
  return model;
}

function say(message: string): void {
  said.textContent = message;
  said.hidden = false;
  tellHost("error", { message });
}
