// The latents of a model on the bench as numbers, each in a field of its own.

import { gaussian } from "../../core/latent/random";
import { required } from "../../figures/figure";

const STEP = 0.1;

export class LatentNumbers {
  private readonly box: HTMLDetailsElement;
  private readonly grid: HTMLElement;
  private z: readonly number[] = [];
  private fields: HTMLInputElement[] = [];
  private readonly normal = gaussian(Math.floor(Math.random() * 2 ** 32));

  constructor(
    root: HTMLElement,
    private readonly moved: (z: number[]) => void,
  ) {
    this.box = required(root, "details[data-latents]");
    this.grid = required(this.box, "div");
    this.box.addEventListener("toggle", () => this.fill());
    required<HTMLButtonElement>(root, "button[name=draw-z]").addEventListener("click", () =>
      this.move(this.z.map(this.normal)),
    );
  }

  /** Shows a z of any length. */
  show(z: readonly number[]): void {
    this.z = z;
    this.fill();
  }

  /** Notes it before `show` comes back with it: the next field may be typed in before that. */
  private move(z: number[]): void {
    this.z = z;
    this.moved(z);
  }

  /** Nobody sees the numbers of a closed box. */
  private fill(): void {
    if (!this.box.open) return;
    if (this.fields.length !== this.z.length) {
      this.fields = this.z.map((_, i) => this.field(i));
      this.grid.replaceChildren(
        ...this.fields.map((field, i) => {
          const label = document.createElement("label");
          const name = document.createElement("span");
          name.textContent = `z${i + 1}`;
          label.append(name, field);
          return label;
        }),
      );
    }
    for (const [i, field] of this.fields.entries()) {
      // Not under the reader's own typing.
      if (field === document.activeElement) continue;
      field.value = String(this.z[i]);
    }
  }

  private field(index: number): HTMLInputElement {
    const field = document.createElement("input");
    Object.assign(field, { type: "number", step: String(STEP), min: "-1000", max: "1000" });
    field.addEventListener("input", () => {
      const value = field.valueAsNumber;
      if (Number.isFinite(value)) this.move(this.z.map((own, i) => (i === index ? value : own)));
    });
    field.addEventListener("blur", () => {
      field.value = String(this.z[index]);
    });
    return field;
  }
}
