// The strip of section "draw": one drawing through many models, one after the other, pen at rest.

import { type PageContext, sentence } from "../../app/context";
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
  private busy = false;
  /** When, in performance.now(), the pen will have rested for long enough. */
  private restUntil = 0;

  constructor(
    private readonly context: PageContext,
    private readonly strip: HTMLElement,
  ) {
    this.places = Array.from(strip.querySelectorAll<HTMLElement>("[data-model]"), (figure) => {
      const caption = required<HTMLElement>(figure, ".error");
      const view = required<ImageView>(figure, "image-view");
      const model = context.model(figure.dataset.model as string);
      return { model, figure, view, caption, note: caption.textContent };
    });
  }

  /** Shows the models that were held back, and asks them too. */
  showAll(): void {
    for (const { figure } of this.places) figure.hidden = false;
    if (this.question !== null) this.ask(this.question.label);
  }

  /** Has every model in sight answer; a newer question takes the place of one under way. */
  ask(label: number): void {
    this.question = { label };
    if (!this.busy) void this.work();
  }

  /** Lets go of the question: the pen moves again, and its own answer comes first. */
  pause(): void {
    this.question = null;
    this.restUntil = performance.now() + REST_MS;
  }

  /** Loads the models in sight beforehand, one after the other, whenever the pen is at rest. */
  async prepare(): Promise<void> {
    for (const { model, figure } of this.places) {
      if (figure.hidden) continue;
      for (const part of ["encoder", "decoder"] as const) {
        for (;;) {
          const left = this.restUntil - performance.now();
          if (left <= 0) break;
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

  private async work(): Promise<void> {
    this.busy = true;
    this.strip.setAttribute("aria-busy", "true");
    for (let asked = this.question; asked !== null; ) {
      for (const place of this.places) {
        if (this.question !== asked) break;
        if (!place.figure.hidden) await this.answer(place, asked);
      }
      // All have answered, or a newer question has come.
      asked = this.question === asked ? null : this.question;
    }
    this.strip.setAttribute("aria-busy", "false");
    this.busy = false;
  }

  private async answer({ model, view, caption, note }: Place, question: Question): Promise<void> {
    if (view.pixels === null) caption.textContent = "loading …";
    for (const part of ["encoder", "decoder"] as const) {
      if (!(await loadPart(this.context, model, part, [view]))) {
        caption.textContent = note;
        return;
      }
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
        ...(mean > 0 ? [`${formatNumber(error / mean, 1)} ×`] : []),
        ...(label === undefined ? [] : [`given ${model.class_names[label]}`]),
      ].join(" · ");
    } catch (error) {
      showError([view], sentence(`The model ${model.id}`, error));
    }
  }
}
