// The reader's drawing in section "dimensions": a tile of its own, encoded live by any model.

import { type PageContext, sentence } from "../../app/context";
import { latest } from "../../core/async/latest";
import { settled } from "../../core/async/settled";
import { SIDE } from "../../core/image/normalise";
import { sigmaOf } from "../../core/latent/posterior";
import type { Model } from "../../core/release/manifest";
import type { DrawingPad } from "../../elements/drawing-pad";
import type { ImageView } from "../../elements/image-view";
import type { Reconstruction } from "../../engine/engine";
import { required, showError } from "../../figures/figure";
import { drawFrom, type Sample, type Taken } from "./dimensions-tiles";

const NAME = "Your drawing";
/** A pen elsewhere on the page writes for the models beside it: here it is followed at rest. */
const PEN_RESTS_MS = 80;

/** The drawing on its way to the sliders. */
interface Job {
  readonly model: Model;
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
  #model: Model | null = null;
  #sample: Sample | null = null;
  #pad: DrawingPad | null = null;
  #count = 0;

  /** `label` returns the label that a conditioned model is given; `wiped` is called when it is gone. */
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
    this.#encode = latest(
      ({ model, label }: Job) =>
        context.drawingReconstructions.of(model, model.condition === "none" ? undefined : label),
      (reconstruction, job) => {
        // Another model was chosen, or the drawing wiped, while it was encoded.
        if (isShown(job.model) && !context.drawing.isEmpty) this.#show(reconstruction, job);
      },
      (error, { model }) => {
        if (isShown(model)) showError([this.#view], sentence(`The encoder of ${model.id}`, error));
      },
    );
    this.button.addEventListener("click", (event) => this.#click(event.shiftKey));
    const followAtRest = settled(PEN_RESTS_MS, (follow: boolean) => this.#follow(follow));
    context.drawing.subscribe(() => {
      if (this.#pad?.penIsDown || context.drawing.isEmpty) this.#follow(true);
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
    const empty = this.#context.drawing.isEmpty;
    required<HTMLElement>(this.button, "span").textContent = empty ? "draw" : "yours";
    this.button.setAttribute(
      "aria-label",
      empty ? "draw a digit yourself" : "yours: a variation of your drawing",
    );
    if (model === null) return;
    if (empty) {
      this.#sample = null;
      this.#view.pixels = null;
      this.#wiped();
    } else this.#encode({ model, label: this.#label(), follow });
  }

  #show({ mu, logvar, image }: Reconstruction, { model, label, follow }: Job): void {
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
    this.#view.pixels = image;
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
    if (this.#pad !== null) return;
    this.#pad = document.createElement("drawing-pad");
    this.#pad.label = "Drawing pad beside the sliders";
    this.#pad.drawing = this.#context.drawing;
    this.#place.append(this.#pad);
    void this.#pad.updateComplete.then(() => this.#pad?.scrollIntoView({ block: "nearest" }));
  }
}
