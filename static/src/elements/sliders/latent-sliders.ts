// <latent-sliders>: many numbers, one slider for each: the latents of a space, or weights with names.
//
// Attributes
//   folded     what the rows are called that stay folded, those not in use ("unused latents")
// Properties
//   z          one number for each latent; may lie beyond a slider's range, whose thumb then stays
//              at the end while the number tells. Setting it emits nothing
//   posterior  of an image, shown as a band of μ ± σ behind each slider; null: none
// Event        latent-change {z, index}: the reader moved one latent (`index`), or all (null)
// Slot         tools: buttons beside "Reset all"
//
// Keys on a slider: arrows move by a hundredth of its range, with Shift or as Page Up and Page Down
// ten times as far, Home and End go to its ends, 0 resets it; so does a double click on its row.
// What pointers do is the same as on every surface: see ../pointers.
import { css, html, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { afterPicture } from "../../core/async/after-picture";
import { clamp, formatNumber } from "../../core/geometry/viewport";
import type { Latent } from "../../core/latent/latents";
import { AtlasElement } from "../atlas-element";
import { arrowOf, isBrowsersKey } from "../keys";
import { bareSliders, base, buttons } from "../shared-styles";
import { followRails, rails } from "./rails";

/** A press of an arrow, as a share of the range, and what Shift makes of it. */
const STEP = 0.01;
const LEAP = 10;
/** More latents than this scroll in a box. */
const MANY = 24;
/** Up to this many unused latents are shown; more stay folded until the reader opens them. */
const FEW_UNUSED = 4;

@customElement("latent-sliders")
export class LatentSliders extends AtlasElement {
  static override styles = [
    base,
    buttons,
    bareSliders,
    rails,
    css`
    :host {
      line-height: 1.4;
      /* Its thumbs never lie over what the page keeps in sight above them. */
      isolation: isolate;
      --thumb: 16px;
      --row: 2.25rem;
    }
    @media (pointer: coarse) {
      :host {
        --row: 2.75rem;
      }
    }
    .rows {
      display: grid;
      grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr));
      gap: 0 1.75rem;
    }
    /* A hundred of them scroll in a place of their own. */
    .many {
      max-height: min(30rem, 70svh);
      overflow-y: auto;
      padding-inline-end: 0.75rem;
      border-block: 1px solid var(--line, #ccc);
    }
    .row {
      display: grid;
      grid-template-columns: 2.2em minmax(4rem, 1fr) 3.4em 4.6em;
      gap: 0.5rem;
      align-items: center;
      min-height: var(--row);
    }
    .plain .row {
      grid-template-columns: 2.2em minmax(4rem, 1fr) 3.4em;
    }
    .named .row {
      grid-template-columns: minmax(6em, 8.5em) minmax(4rem, 1fr) 3.4em;
    }
    label {
      font-family: var(--serif, serif);
      font-style: italic;
      font-size: 1.0625em;
    }
    .named label {
      font: inherit;
      line-height: 1.2;
      overflow-wrap: anywhere;
    }
    sub {
      font-style: normal;
      font-size: 12px;
      line-height: 0;
    }
    .value,
    .kl {
      text-align: end;
      white-space: nowrap;
    }
    .kl,
    .unused {
      color: var(--muted, #666);
    }
    .unused {
      --thumb-fill: var(--muted, #666);
    }
    .rail {
      position: relative;
      height: var(--row);
    }
    .rail::before,
    .rail::after,
    .band {
      content: "";
      position: absolute;
      top: 50%;
      transform: translateY(-50%);
    }
    .rail::before {
      inset-inline: calc(var(--thumb) / 2);
      height: 2px;
      background: var(--line, #ccc);
    }
    /* The mean, to which a row is reset. */
    .rail::after {
      left: calc(50% - 1px);
      width: 2px;
      height: 10px;
      background: var(--line, #ccc);
    }
    .band {
      left: calc(var(--thumb) / 2 + var(--from) * (100% - var(--thumb)));
      width: max(2px, var(--share) * (100% - var(--thumb)));
      /* Taller than the thumb, which would else hide a narrow one. */
      height: 22px;
      border-radius: 3px;
      background: var(--thumb-fill, var(--accent, #0b57d0));
      opacity: 0.3;
    }
    input {
      position: relative;
      z-index: 1;
      height: var(--row);
    }
    input:disabled {
      opacity: 0.5;
    }
    summary {
      min-height: var(--row);
      padding: 0.45rem 0;
      cursor: pointer;
    }
    @media (forced-colors: active) {
      input {
        appearance: auto;
        accent-color: auto;
      }
      .band {
        background: Highlight;
      }
    }
  `,
  ];

  @property() folded = "";
  @property({ attribute: false }) latents: readonly Latent[] = [];
  @property({ attribute: false }) posterior: {
    mu: ArrayLike<number>;
    sigma: ArrayLike<number>;
  } | null = null;

  override label = "Latents";

  #z: number[] = [];
  readonly #followRails = followRails(({ dataset }) => {
    const index = Number(dataset.index);
    const before = this.#z[index] as number; // perhaps beyond the slider's range
    return () => this.#moveTo(index, before);
  });
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

  /** Puts one latent, or all, back to the mean, and emits. */
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
    const by = (steps: number): number =>
      clamp((this.#z[index] as number) + steps * STEP * (high - low), low, high);
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
    if (this.#z.length !== this.latents.length) this.#z = this.latents.map(({ rest }) => rest);
  }

  protected override updated(changed: Map<PropertyKey, unknown>): void {
    if (changed.has("latents")) this.#followRails(this.renderRoot);
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
    const { latents } = this;
    const unused = latents.filter(({ active }) => !active).length;
    const kind = latents.some(({ name }) => name !== undefined)
      ? "named"
      : latents.some(({ kl }) => kl !== null)
        ? ""
        : "plain";
    const folded = this.folded || (unused === 1 ? "unused latent" : "unused latents");
    const text = this.state === "ready" ? "" : this.message;
    return html`
      <div
        role="group"
        aria-label=${this.label}
        aria-describedby="help"
        class=${`${kind} ${latents.length > MANY ? "many" : ""}`}
        @keydown=${this.#key}
      >
        <div class="rows">${this.#rows(true)}</div>
        ${
          unused === 0
            ? nothing
            : html`<details ?open=${unused <= FEW_UNUSED}>
                <summary>${unused} ${folded}</summary>
                <div class="rows">${this.#rows(false)}</div>
              </details>`
        }
      </div>
      <p class=${text === "" ? "spoken" : "note muted"} role="status">
        ${text} ${this.renderRetry()}
      </p>
      <div class="tools">
        <button type="button" ?disabled=${this.state !== "ready"} @click=${() => this.reset()}>
          Reset all
        </button>
        <slot name="tools"></slot>
      </div>
      <p id="help" class="spoken">Press 0 on a slider to reset it.</p>
    `;
  }

  #rows(active: boolean) {
    return this.latents.map((one, i) => (one.active === active ? this.#row(i, one) : nothing));
  }

  #row(index: number, { low, high, active, kl, name }: Latent) {
    // A weight that is folded away is no less in use than another.
    const isUnused = !active && name === undefined;
    const value = this.#z[index] ?? 0;
    const text = formatNumber(value, 2);
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
      ${kl === null ? nothing : html`<span class="kl">${formatNumber(kl, 2)} nats</span>`}
    </div>`;
  }
}

/** The same for the attributes of a face; <latent-sliders> means a model's latents. */
@customElement("attribute-sliders")
export class AttributeSliders extends LatentSliders {}
