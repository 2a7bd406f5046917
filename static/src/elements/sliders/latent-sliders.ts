// <latent-sliders>: many numbers, one slider for each: the latents of a space, or weights with names.
//
// Attributes
//   message    the sentence to show while loading or in error
//   folded     what the rows are called that stay folded, those not in use ("unused latents")
// Properties
//   latents    Latent[] (core/latents): range, mean, whether the encoder uses it, its KL, its name
//   z          one number for each latent; may lie beyond a slider's range, whose thumb then stays
//              at the end while the number tells. Setting it emits nothing
//   posterior  {mu, sigma} of an image, shown as a band of μ ± σ behind each slider; null: none
// Events
//   latent-change   {z, index}: the reader moved one latent (`index`), or all of them (null)
// Slots
//   tools      buttons beside "Reset all"
// Methods
//   reset(index?)   puts one latent, or all, back to the mean, and emits
//
// Keys on a slider: arrows move by a hundredth of its range, with Shift or as Page Up and Page Down
// ten times as far, Home and End go to its ends, 0 resets it; so does a double click on its row.
import { html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { afterPicture } from "../../core/async/after-picture";
import { clamp, formatNumber } from "../../core/geometry/viewport";
import type { Latent } from "../../core/latent/latents";
import { AtlasElement } from "../atlas-element";
import { arrowOf, isBrowsersKey } from "../keys";
import { bareSliders, base, buttons } from "../shared-styles";
import { slidersStyles } from "./latent-sliders-styles";

/** A press of an arrow, as a share of the range, and what Shift makes of it. */
const STEP = 0.01;
const LEAP = 10;
const DECIMALS = 2;
/** More latents than this scroll in a box. */
const MANY = 24;
/** Up to this many unused latents are shown; more stay folded until the reader opens them. */
const FEW_UNUSED = 4;

export interface LatentPosterior {
  readonly mu: ArrayLike<number>;
  readonly sigma: ArrayLike<number>;
}

@customElement("latent-sliders")
export class LatentSliders extends AtlasElement {
  static override styles = [base, buttons, bareSliders, slidersStyles];

  @property() folded = "";
  @property({ attribute: false }) latents: readonly Latent[] = [];
  @property({ attribute: false }) posterior: LatentPosterior | null = null;

  override label = "Latents";

  #z: number[] = [];
  readonly #updateSoon = afterPicture(() => this.requestUpdate());

  get z(): number[] {
    return [...this.#z];
  }
  set z(value: ArrayLike<number>) {
    const numbers = Array.from(value);
    if (!numbers.every(Number.isFinite)) return;
    this.#z = numbers;
    this.#updateSoon();
  }

  reset(index?: number): void {
    const rest = this.latents.map((latent) => latent.rest);
    if (index === undefined) this.#change(rest, null);
    else this.#moveTo(index, rest[index] as number);
  }

  #moveTo(index: number, value: number): void {
    const z = this.z;
    z[index] = value;
    this.#change(z, index);
  }

  #change(z: number[], index: number | null): void {
    this.#z = z;
    // First of all: decoding should start before anything is drawn here.
    this.emit("latent-change", { z: this.z, index });
    this.#updateSoon();
  }

  readonly #key = (event: KeyboardEvent): void => {
    if (isBrowsersKey(event)) return;
    const index = Number((event.target as HTMLElement).dataset.index);
    const latent = this.latents[index];
    if (latent === undefined) return;
    const { low, high, rest } = latent;
    const arrow = arrowOf(event);
    const step = (high - low) * STEP;
    const at = this.#z[index] as number;
    const by = (steps: number): number => clamp(at + steps * step, low, high);
    const ends: Record<string, number> = {
      PageDown: by(-LEAP),
      PageUp: by(LEAP),
      Home: low,
      End: high,
      "0": rest,
    };
    const to = arrow ? by((arrow[0] - arrow[1]) * (event.shiftKey ? LEAP : 1)) : ends[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.#moveTo(index, to);
  };

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (!changed.has("latents")) return;
    this.takeData(this.latents.length > 0);
    if (this.latents.length === 0) return;
    this.message = "";
    if (this.#z.length !== this.latents.length) this.#z = this.latents.map(({ rest }) => rest);
  }

  /** The band of μ ± σ on a slider's track, in shares of it. */
  #band(index: number): string {
    const { low, high } = this.latents[index] as Latent;
    const place = (value: number): number => clamp((value - low) / (high - low), 0, 1);
    const [mu, sigma] = [this.posterior?.mu[index] ?? 0, this.posterior?.sigma[index] ?? 0];
    const from = place(mu - sigma);
    return `--from: ${from}; --share: ${place(mu + sigma) - from}`;
  }

  protected override render() {
    const rows = Array.from(this.latents.entries());
    const used = rows.filter(([, { active }]) => active);
    const unused = rows.filter(([, { active }]) => !active);
    const withKl = rows.some(([, { kl }]) => kl !== null);
    const named = rows.some(([, { name }]) => name !== undefined);
    const folded = this.folded || (unused.length === 1 ? "unused latent" : "unused latents");
    const text = this.state === "loading" || this.state === "error" ? this.message : "";
    return html`
      <div
        role="group"
        aria-label=${this.label}
        aria-describedby="help"
        class=${`${withKl ? "" : "plain"} ${named ? "named" : ""}`}
        @keydown=${this.#key}
      >
        <div class=${rows.length > MANY ? "many" : ""}>
          <div class="rows">${used.map(([index, latent]) => this.#row(index, latent))}</div>
          ${
            unused.length === 0
              ? nothing
              : html`<details ?open=${unused.length <= FEW_UNUSED}>
                  <summary>
                    ${unused.length} ${folded}
                  </summary>
                  <div class="rows">${unused.map(([index, latent]) => this.#row(index, latent))}</div>
                </details>`
          }
        </div>
      </div>
      <p class=${text === "" ? "spoken" : "note"} role="status">${text}</p>
      <div class="tools">
        <button type="button" ?disabled=${this.state !== "ready"} @click=${() => this.reset()}>
          Reset all
        </button>
        <slot name="tools"></slot>
      </div>
      <p id="help" class="spoken">Press 0 on a slider to reset it.</p>
    `;
  }

  #row(index: number, { low, high, active, kl, name }: Latent) {
    // A weight that is folded away is no less in use than another.
    const isUnused = !active && name === undefined;
    const value = this.#z[index] ?? 0;
    const text = formatNumber(value, DECIMALS);
    const cost = kl === null ? nothing : html`<span class="kl">${formatNumber(kl, 2)} nats</span>`;
    return html`<div class=${isUnused ? "row unused" : "row"} @dblclick=${() => this.reset(index)}>
      <label for=${`z${index}`}>${name ?? html`z<sub>${index + 1}</sub>`}</label>
      <div class="rail">
        ${this.posterior === null ? nothing : html`<span class="band" .style=${this.#band(index)}></span>`}
        <input
          type="range"
          id=${`z${index}`}
          data-index=${index}
          aria-valuetext=${isUnused ? `${text}, unused` : text}
          min=${low}
          max=${high}
          step="any"
          .value=${String(clamp(value, low, high))}
          ?disabled=${this.state !== "ready"}
          @input=${(event: Event) =>
            this.#moveTo(index, Number((event.target as HTMLInputElement).value))}
        />
      </div>
      <span class="value" aria-hidden="true">${text}</span>
      ${cost}
    </div>`;
  }
}
