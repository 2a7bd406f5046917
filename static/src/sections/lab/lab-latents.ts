// The latents of a model on the bench as numbers, each in a field of its own.

import { html, render } from "lit";
import { live } from "lit/directives/live.js";
import { gaussian } from "../../core/latent/random";
import { required } from "../../figures/figure";

export class LatentNumbers {
  private readonly box: HTMLDetailsElement;
  private readonly grid: HTMLElement;
  private z: readonly number[] = [];

  constructor(
    root: HTMLElement,
    private readonly moved: (z: number[]) => void,
  ) {
    this.box = required(root, "details[data-latents]");
    this.grid = required(this.box, "div");
    this.box.addEventListener("toggle", () => this.fill());
    const normal = gaussian(Math.floor(Math.random() * 2 ** 32));
    required<HTMLButtonElement>(root, "button[name=draw-z]").addEventListener("click", () =>
      this.move(this.z.map(normal)),
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
    const fields = this.grid.querySelectorAll("input");
    const row = (value: number, i: number) => {
      // Not under the reader's own typing.
      const text = fields[i] === document.activeElement ? fields[i]?.value : String(value);
      return html`<label><span>z${i + 1}</span>
        <input type="number" step="0.1" min="-1000" max="1000" .value=${live(text)}
          @input=${(event: InputEvent) => this.type(i, event)} @blur=${() => this.fill()}></label>`;
    };
    render(this.z.map(row), this.grid);
  }

  private type(index: number, { target }: InputEvent): void {
    const { valueAsNumber } = target as HTMLInputElement;
    if (!Number.isFinite(valueAsNumber)) return;
    this.move(this.z.map((own, i) => (i === index ? valueAsNumber : own)));
  }
}
