// The classes of a model on the bench: which label conditions it, or which class it reads from z.

import "../../elements/chart/class-probabilities";
import type { Model } from "../../core/release/manifest";
import type { ClassProbabilities } from "../../elements/chart/class-probabilities";
import { required } from "../../figures/figure";

export class LabelChoice {
  private readonly choice: HTMLFieldSetElement;
  /** On the bench while its model classifies. */
  private readonly read = document.createElement("class-probabilities") as ClassProbabilities;
  private readonly name: string;

  constructor(
    root: HTMLElement,
    private readonly chosen: (label: number) => void,
  ) {
    this.choice = required(root, "fieldset[data-labels]");
    this.read.label = "The class that the model reads from z";
    this.name = `lab-label-${root.dataset.bench}`;
  }

  /** Offers the classes of a conditioned model, and a place for what a classifier reads. */
  show(model: Model, label: number): void {
    const isConditioned = model.condition !== "none";
    this.choice.hidden = !isConditioned;
    for (const old of this.choice.querySelectorAll("label")) old.remove();
    if (isConditioned) {
      this.choice.append(...model.class_names.map((name, k) => this.button(name, k, k === label)));
    }
    if (model.kind === "classifier-vae") this.choice.after(this.read);
    else this.read.remove();
    this.read.classNames = model.class_names;
    this.read.probabilities = null;
  }

  set value(label: number) {
    const input = this.choice.querySelector<HTMLInputElement>(`input[value="${label}"]`);
    if (input !== null) input.checked = true;
  }

  /** (classes,) or null. */
  set probabilities(probabilities: Float32Array | null) {
    if (this.read.isConnected) this.read.probabilities = probabilities;
  }

  private button(name: string, label: number, checked: boolean): HTMLElement {
    const input = document.createElement("input");
    Object.assign(input, { type: "radio", name: this.name, value: String(label), checked });
    input.addEventListener("change", () => this.chosen(label));
    const button = document.createElement("label");
    button.append(input, name);
    return button;
  }
}
