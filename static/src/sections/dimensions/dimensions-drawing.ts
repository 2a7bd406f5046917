// The reader's drawing in section "dimensions": a tile of its own, encoded live by any model.

import { type PageContext, sentence } from "../../app/context";
import { latest } from "../../core/async/latest";
import { settled } from "../../core/async/settled";
import { normalise, SIDE } from "../../core/image/normalise";
import type { Stroke } from "../../core/image/strokes";
import { sigmaOf } from "../../core/latent/posterior";
import type { Model } from "../../core/release/manifest";
import type { DrawingPad } from "../../elements/drawing-pad";
import type { ImageView } from "../../elements/image-view";
import type { Posterior } from "../../engine/engine";
import { decoderInto, required, showError } from "../../figures/figure";
import { drawFrom, type Sample, type Taken } from "./dimensions-tiles";

const NAME = "Your drawing";
/** A pen elsewhere on the page writes for the models beside it: here it is followed at rest. */
const PEN_RESTS_MS = 80;

/** An image on its way to the sliders. */
interface Job {
  readonly model: Model;
  readonly pixels: Float32Array;
  readonly label: number;
  /** Whether the sliders follow it, or only its tile. */
  readonly follow: boolean;
}

export class DrawnSample {
  readonly button: HTMLButtonElement;
  readonly #context: PageContext;
  readonly #view: ImageView;
  readonly #place: HTMLElement;
  readonly #label: () => number;
  readonly #taken: Taken;
  readonly #wiped: () => void;
  readonly #encode: (job: Job) => void;
  readonly #decode: ReturnType<typeof decoderInto>;
  #model: Model | null = null;
  #sample: Sample | null = null;
  #pixels: Float32Array | null = null;
  #count = 0;
  /** Strokes are being copied from one pad to the others. */
  #copying = false;

  /** `label` tells what a conditioned model is told of the drawing; `wiped` is called when it is gone. */
  constructor(
    context: PageContext,
    section: HTMLElement,
    label: () => number,
    taken: Taken,
    wiped: () => void,
  ) {
    this.#context = context;
    this.button = required(section, "button.drawn");
    this.#view = required(this.button, "image-view");
    this.#place = required(section, ".pad");
    this.#label = label;
    this.#taken = taken;
    this.#wiped = wiped;
    const isShown = (model: Model): boolean => model === this.#model;
    this.#decode = decoderInto(context, [this.#view], isShown);
    this.#encode = latest(
      ({ model, pixels, label }: Job) => context.engine.encode(model, pixels, label),
      (posterior, job) => {
        // Another model was chosen, or the drawing wiped, while it was encoded.
        if (isShown(job.model) && this.#pixels !== null) this.#show(posterior, job);
      },
      (error, { model }) => {
        if (isShown(model)) showError([this.#view], sentence(`The encoder of ${model.id}`, error));
      },
    );
    if (context.state.drawing.length > 0) this.#pixels = normalise(context.state.drawing);
    this.button.addEventListener("click", (event) => this.#click(event.shiftKey));
    const followAtRest = settled(PEN_RESTS_MS, (follow: boolean) => this.#follow(follow));
    // Wherever on the page the pen is.
    document.documentElement.addEventListener("drawing-change", (event) => {
      const { pixels, strokes, final } = event.detail;
      if (this.#copying) return;
      this.#pixels = strokes.length > 0 ? pixels : null;
      if (final) this.#copyToOtherPads(event.target as DrawingPad, strokes);
      if (this.#place.contains(event.target as Node)) this.#follow(true);
      else followAtRest(true);
    });
  }

  clear(): void {
    this.#model = null;
    this.#sample = null;
    this.#view.pixels = null;
    this.button.hidden = true;
  }

  /** Offers the drawing to a model that takes images such as it is. */
  show(model: Model): void {
    const { height, width, channels } = model.image;
    if (height !== SIDE || width !== SIDE || channels !== 1) {
      this.#place.hidden = true;
      return;
    }
    this.#model = model;
    this.#count = 0;
    this.button.hidden = false;
    this.#follow(false);
  }

  /** Encodes the drawing anew; the sliders follow it, or only its tile. */
  #follow(follow: boolean): void {
    const model = this.#model;
    const empty = this.#pixels === null;
    required<HTMLElement>(this.button, "span").textContent = empty ? "draw" : "yours";
    this.button.setAttribute(
      "aria-label",
      empty ? "draw a digit yourself" : "yours: a variation of your drawing",
    );
    if (model === null) return;
    if (this.#pixels === null) {
      this.#sample = null;
      this.#view.pixels = null;
      this.#wiped();
    } else this.#encode({ model, pixels: this.#pixels, label: this.#label(), follow });
  }

  #show({ mu, logvar }: Posterior, { model, label, follow }: Job): void {
    const sigma = logvar.length > 0 ? sigmaOf(logvar) : null;
    const sample: Sample = {
      button: this.button,
      label: model.condition === "none" ? null : label,
      posterior: { mu: Array.from(mu), sigma },
      take: (mean) => {
        if (!mean) this.#count++;
        this.#taken(sample, ...drawFrom(sample.posterior, NAME, mean, this.#count));
      },
    };
    this.#sample = sample;
    this.#decode({ model, z: mu, ...(model.condition !== "none" && { labels: [label] }) });
    // While the pen moves it is μ that is shown: noise would hide what a stroke does.
    if (follow) sample.take(true);
  }

  #click(mean: boolean): void {
    this.#openPad();
    this.#sample?.take(mean);
  }

  /** A pad here, once it is asked for: the other one of the page is far away. */
  #openPad(): void {
    if (!this.#place.hidden) return;
    this.#place.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    if (this.#place.childElementCount > 0) return;
    const pad = document.createElement("drawing-pad");
    pad.label = "Drawing pad beside the sliders";
    this.#copying = true;
    pad.strokes = this.#context.state.drawing;
    this.#copying = false;
    this.#place.append(pad);
    void pad.updateComplete.then(() => pad.scrollIntoView({ block: "nearest" }));
  }

  /** One drawing on the whole page. */
  #copyToOtherPads(from: DrawingPad, strokes: Stroke[]): void {
    this.#context.update({ drawing: strokes });
    this.#copying = true;
    for (const pad of document.querySelectorAll("drawing-pad")) {
      if (pad !== from) pad.strokes = strokes;
    }
    this.#copying = false;
  }
}
