// The classes of a model on the bench: which label conditions it, or which class it reads from z.

import "../../elements/chart/class-probabilities";
import { html, nothing, render } from "lit";
import { guard } from "lit/directives/guard.js";
import { live } from "lit/directives/live.js";
import type { Model } from "../../core/release/manifest";
import { required } from "../../figures/figure";

/** Of more classes than this one is chosen from a list. */
const MOST_BUTTONS = 16;

/**
 * Offers the classes of a conditioned model, and shows what a classifier reads.
 *
 * @param probabilities (classes,) or null.
 */
export function showClasses(
  root: HTMLElement,
  { condition, kind, class_names }: Model,
  label: number,
  probabilities: Float32Array | null,
  chosen: (label: number) => void,
): void {
  const choice = required<HTMLFieldSetElement>(root, "fieldset[data-labels]");
  choice.hidden = condition === "none";
  /** Made anew only for another model: the label is said at each decoding. */
  const select = () => html`<select aria-label="Label" .value=${live(String(label))}
    @change=${({ target }: Event) => chosen(Number((target as HTMLSelectElement).value))}>
    ${guard([class_names], () => class_names.map((name, k) => html`<option value=${k}>${name}</option>`))}
  </select>`;
  const button = (name: string, k: number) => html`<label>
    <input type="radio" name="lab-label-${root.dataset.bench}" value=${k}
      .checked=${live(k === label)} @change=${() => chosen(k)}>${name}</label>`;
  const offered = class_names.length > MOST_BUTTONS ? select() : class_names.map(button);
  render(choice.hidden ? nothing : offered, choice);
  render(
    kind === "classifier-vae"
      ? html`<class-probabilities label="The class that the model reads from z"
          .classNames=${class_names} .probabilities=${probabilities}></class-probabilities>`
      : nothing,
    required<HTMLElement>(root, ".classes"),
  );
}
