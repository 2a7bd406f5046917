// Which classes section "labels" shows: all, or of many the next so many from one that the reader chooses.

import type { Model } from "../../core/release/manifest";
import type { ImageView } from "../../elements/image-view";

export class ClassWindow {
  /** The label of each picture that is shown. */
  labels: number[] = [];
  #model: Model | null = null;
  /** Absent where every model has a picture for each class. */
  readonly #from: HTMLSelectElement | null;

  constructor(
    section: HTMLElement,
    private readonly views: readonly ImageView[],
    changed: () => void,
  ) {
    this.#from = section.querySelector("#labels-from");
    this.#from?.addEventListener("change", () => {
      this.#show();
      changed();
    });
  }

  /** Takes another model's classes. */
  offer(model: Model): void {
    this.#model = model;
    const from = this.#from;
    if (from !== null) {
      from.replaceChildren(...model.class_names.map((name, k) => new Option(name, String(k))));
      const place = from.closest<HTMLElement>(".choose");
      if (place !== null) place.hidden = model.classes <= this.views.length;
    }
    this.#show();
  }

  #show(): void {
    const model = this.#model as Model;
    const most = Math.min(this.views.length, model.classes);
    const first = Math.min(Number(this.#from?.value ?? 0), model.classes - most);
    this.labels = Array.from({ length: most }, (_, i) => first + i);
    if (this.#from === null) return; // the template has named them
    for (const [i, view] of this.views.entries()) {
      const figure = view.closest("figure");
      const name = model.class_names[first + i] ?? "";
      if (figure === null) continue;
      figure.hidden = i >= most;
      view.label = `Class ${name} at this point`;
      const caption = figure.querySelector("figcaption");
      if (caption !== null) caption.textContent = name;
    }
  }
}
