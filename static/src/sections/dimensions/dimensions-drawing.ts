// The reader's drawing in section "dimensions": a tile of its own, encoded live by any model.

import { type PageContext, sentence } from "../../app/context";
import { latest } from "../../core/async/latest";
import { SIDE } from "../../core/image/normalise";
import { sigmaOf } from "../../core/latent/posterior";
import { type Model, nounOf } from "../../core/release/manifest";
import type { DrawingPad } from "../../elements/drawing-pad";
import type { ImageView } from "../../elements/image-view";
import type { Reconstruction } from "../../engine/engine";
import { required, showError } from "../../figures/figure";
import { type Sample, sampleOf, type Taken } from "./dimensions-tiles";

/** The drawing on its way to the sliders, which follow it, or only to its tile. */
type Job = Readonly<{ model: Model; label: number; follow: boolean }>;

export class DrawnSample {
  readonly button: HTMLButtonElement;
  readonly #view: ImageView;
  readonly #place: HTMLElement;
  readonly #encode: (job: Job) => void;
  #model: Model | null = null;
  /** Null until the drawing has been encoded. */
  sample: Sample | null = null;
  #pad: DrawingPad | null = null;

  /**
   * @param label returns the label that a conditioned model is given.
   * @param cleared is called when the drawing is gone.
   * @param encoded is called when it has been encoded, and nothing follows it.
   */
  constructor(
    private readonly context: PageContext,
    section: HTMLElement,
    private readonly label: () => number,
    private readonly taken: Taken,
    private readonly cleared: () => void,
    private readonly encoded: () => void,
  ) {
    this.button = required(section, "button.drawn");
    this.#view = required(this.button, "image-view");
    this.#place = required(section, ".pad");
    const isShown = (model: Model): boolean => model === this.#model;
    this.#encode = latest(
      ({ model, label }: Job) =>
        context.drawingReconstructions.of(model, model.condition === "none" ? undefined : label),
      (reconstruction, job) => {
        // Another model was chosen, or the drawing cleared, while it was encoded.
        if (isShown(job.model) && !context.drawing.isEmpty) this.#show(reconstruction, job);
      },
      (error, job) => {
        if (!isShown(job.model)) return;
        showError([this.#view], sentence(`The encoder of ${job.model.id}`, error), () => {
          this.#encode(job);
        });
      },
    );
    this.button.addEventListener("click", (event) => {
      this.#openPad();
      this.sample?.take(event.shiftKey);
    });
    // A pen elsewhere on the page writes for the models beside it: it is followed once it is up.
    context.drawing.subscribe(({ final }) => {
      if (final || this.#pad?.penIsDown) this.#follow(true);
    }, context.end);
  }

  clear(): void {
    this.#model = null;
    this.sample = null;
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
    this.button.hidden = false;
    this.#follow(false);
  }

  /** Encodes the drawing anew; the sliders follow it, or only its tile. */
  #follow(follow: boolean): void {
    const { isEmpty } = this.context.drawing;
    required<HTMLElement>(this.button, "span").textContent = isEmpty ? "draw" : "yours";
    this.button.setAttribute(
      "aria-label",
      isEmpty ? "draw one yourself" : "yours: a variation of your drawing",
    );
    if (this.#model === null) return;
    if (isEmpty) {
      this.sample = null;
      this.#view.pixels = null;
      this.cleared();
    } else this.#encode({ model: this.#model, label: this.label(), follow });
  }

  #show({ mu, logvar, image }: Reconstruction, { model, label, follow }: Job): void {
    const sigma = logvar.length > 0 ? sigmaOf(logvar) : null;
    this.sample = sampleOf(
      this.button,
      model.condition === "none" ? null : label,
      { mu: Array.from(mu), sigma },
      "Your drawing",
      this.taken,
    );
    this.#view.pixels = image;
    // While the pen moves it is μ that is shown: noise would hide what a stroke does.
    if (follow) this.sample.take(true);
    else this.encoded();
  }

  /** A pad here, once it is asked for: the other one of the page is far away. */
  #openPad(): void {
    if (!this.#place.hidden) return;
    this.#place.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    if (this.#pad !== null) return;
    this.#pad = document.createElement("drawing-pad");
    this.#pad.label = "Drawing pad beside the sliders";
    if (this.#model !== null && nounOf(this.#model) !== "digit") this.#pad.hint = "Draw here";
    this.#pad.drawing = this.context.drawing;
    this.#place.append(this.#pad);
    void this.#pad.updateComplete.then(() => this.#pad?.scrollIntoView({ block: "nearest" }));
  }
}
