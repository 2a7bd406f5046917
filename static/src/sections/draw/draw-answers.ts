// The strip of section "draw": one drawing through many models, one after the other, pen at rest.

import { type PageContext, sentence } from "../../app/context";
import { latest } from "../../core/async/latest";
import { formatNumber } from "../../core/geometry/viewport";
import { squaredError } from "../../core/image/reconstruction";
import type { Model } from "../../core/release/manifest";
import type { ImageView } from "../../elements/image-view";
import { loadPart, required, showError } from "../../figures/figure";

/** A model is made ready no sooner after the pen moved: that holds the others up for a moment. */
const REST_MS = 300;

interface Place {
  readonly model: Model;
  readonly figure: HTMLElement;
  readonly view: ImageView;
  readonly caption: HTMLElement;
  /** What the caption says before there is an answer. */
  readonly note: string;
}

/** Asks what the drawing comes back as; of another drawing it is another object. */
interface Question {
  /** The class that conditioned models are given. */
  readonly label: number;
}

export class DrawAnswers {
  private readonly places: Place[];
  private question: Question | null = null;
  /** Until the reader sees them nothing is loaded: the first map may be in use. */
  private begun = false;
  /** When, in performance.now(), the pen will have rested for long enough. */
  private restUntil = 0;
  /** One model after the other; a newer question takes the place of one under way. */
  private readonly work: (question: Question) => void;

  constructor(
    private readonly context: PageContext,
    strip: HTMLElement,
  ) {
    this.places = Array.from(strip.querySelectorAll<HTMLElement>("[data-model]"), (figure) => {
      const caption = required<HTMLElement>(figure, ".error");
      const view = required<ImageView>(figure, "image-view");
      const model = context.model(figure.dataset.model as string);
      return { model, figure, view, caption, note: caption.textContent };
    });
    this.work = latest(
      async (question) => {
        strip.setAttribute("aria-busy", "true");
        for (const place of this.places) {
          if (this.question !== question) return;
          if (!place.figure.hidden) await this.answer(place, question);
        }
      },
      () => strip.setAttribute("aria-busy", "false"),
      () => {}, // each place says what is wrong
    );
  }

  /** Shows the models that were held back, and asks them too. */
  showAll(): void {
    for (const { figure } of this.places) figure.hidden = false;
    if (this.question !== null) this.ask(this.question.label);
  }

  /** Has every model in sight answer. */
  ask(label: number): void {
    this.question = { label };
    if (this.begun) this.work(this.question);
  }

  /** They are seen: makes the models ready, and answers what has been asked. */
  begin(): void {
    this.begun = true;
    if (this.question === null) void this.prepare();
    else this.work(this.question);
  }

  /** Lets go of the question: the pen moves again, and its own answer comes first. */
  pause(): void {
    this.question = null;
    this.restUntil = performance.now() + REST_MS;
  }

  /** Loads the models in sight beforehand, one after the other, whenever the pen is at rest. */
  private async prepare(): Promise<void> {
    for (const { model, figure } of this.places) {
      if (figure.hidden) continue;
      for (const part of ["encoder", "decoder"] as const) {
        for (let left = this.rest; left > 0; left = this.rest) {
          await new Promise((resolve) => setTimeout(resolve, left));
        }
        // What cannot be had is said in its place, when it is asked.
        await this.context.engine.load(model, part).catch(() => {});
      }
    }
  }

  clear(): void {
    this.question = null;
    for (const { view, caption, note } of this.places) {
      view.pixels = null;
      caption.textContent = note;
    }
  }

  /** How long the pen has yet to rest, in ms. */
  private get rest(): number {
    return this.restUntil - performance.now();
  }

  private async answer(place: Place, question: Question): Promise<void> {
    const { model, view, caption, note } = place;
    if (view.pixels === null) caption.textContent = "loading …";
    for (const part of ["encoder", "decoder"] as const) {
      await loadPart(this.context, model, part, [view]);
      if (this.question !== question) return;
    }
    try {
      const label = model.condition === "none" ? undefined : question.label;
      const { image, pixels } = await this.context.drawingReconstructions.of(model, label);
      if (this.question !== question) return;
      view.pixels = image;
      const error = squaredError(pixels, image);
      const { squared_error: mean } = model.metrics;
      caption.textContent = [
        formatNumber(error, 1),
        ...(mean !== undefined && mean > 0 ? [`${formatNumber(error / mean, 1)} ×`] : []),
        ...(label === undefined ? [] : [`given ${model.class_names[label]}`]),
      ].join(" · ");
    } catch (error) {
      caption.textContent = note;
      showError([view], sentence(`The model ${model.id}`, error), () => {
        if (this.question === question) void this.answer(place, question);
      });
    }
  }
}
