// The classes of a model on the bench: which one it is asked for, or what it reads from z.

import { formatPercent } from "../../core/geometry/viewport";
import type { Model } from "../../core/release/manifest";
import { required } from "../../figures/figure";

export class LabelChoice {
  private readonly choice: HTMLFieldSetElement;
  private readonly buttons: HTMLElement;
  private readonly list: HTMLElement;
  private readonly name: string;

  constructor(
    root: HTMLElement,
    private readonly chosen: (label: number) => void,
  ) {
    this.choice = required(root, "fieldset[data-labels]");
    this.buttons = required(this.choice, "div");
    this.list = required(root, "dl");
    this.name = `lab-label-${root.dataset.bench}`;
  }

  /** Offers a model's classes where its decoder is told one, and a place for what it reads. */
  show(model: Model, label: number): void {
    const told = model.condition !== "none";
    this.choice.hidden = !told;
    this.buttons.replaceChildren(
      ...(told ? model.class_names.map((name, k) => this.button(name, k, k === label)) : []),
    );
    const reads = model.kind === "classifier-vae";
    this.list.hidden = !reads;
    this.list.replaceChildren(...(reads ? model.class_names.map(row) : []));
  }

  set value(label: number) {
    const input = this.buttons.querySelector<HTMLInputElement>(`input[value="${label}"]`);
    if (input !== null) input.checked = true;
  }

  /** (classes,) or null. */
  set probabilities(probabilities: Float32Array | null) {
    if (probabilities === null || this.list.hidden) return;
    const highest = probabilities.indexOf(Math.max(...probabilities));
    for (const [k, item] of Array.from(this.list.children).entries()) {
      const share = probabilities[k] ?? 0;
      item.classList.toggle("highest", k === highest);
      (item.lastElementChild as HTMLElement).textContent = formatPercent(share);
    }
  }

  private button(name: string, label: number, checked: boolean): HTMLElement {
    const input = document.createElement("input");
    Object.assign(input, { type: "radio", name: this.name, value: String(label), checked });
    input.addEventListener("change", () => this.chosen(label));
    const text = document.createElement("span");
    text.textContent = name;
    const button = document.createElement("label");
    button.append(input, text);
    return button;
  }
}

function row(name: string): HTMLElement {
  const item = document.createElement("div");
  const [term, share] = [document.createElement("dt"), document.createElement("dd")];
  term.textContent = name;
  share.textContent = "–";
  item.append(term, share);
  return item;
}
