// <reparameterization-diagram>: μ, σ → ε ~ N(0, 1) → z = μ + σ · ε, live, with ε in the reader's hand.
//
// Attributes
//   latents  how many latents to keep room for until there is a μ (2)
//   seed     where the draws start; the same seed gives the same draws (1)
// Properties
//   mu, sigma  number[], one for each latent; setting them keeps ε
//   epsilon    number[], the noise; settable, which emits nothing
//   z          μ + σ · ε (read only)
// Methods
//   sample()   draws ε anew and emits, as the button does
// Events
//   epsilon-change  detail { epsilon, z }: the reader drew or moved ε
// Slots
//   input    the input, before the latents; output: the picture decoded from z, after them
//
// Keys: each ε is a slider (arrows, Page up and down, Home, End); "Sample again" is a button.
import { html, type PropertyValues, type SVGTemplateResult, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { clamp, formatNumber } from "../../core/geometry/viewport";
import { reparameterize } from "../../core/latent/posterior";
import { gaussian } from "../../core/latent/random";
import { AtlasElement } from "../atlas-element";
import { bareSliders, base, buttons } from "../shared-styles";
import {
  decimalsOf,
  drawnDirectly,
  GRAPH_HEIGHT,
  GRAPH_WIDTH,
  HEIGHT,
  type LatentDraw,
  latentShapes,
  REACH,
  reparameterized,
  WIDTH,
} from "./reparameterization-shapes";
import { reparameterizationStyles } from "./reparameterization-styles";

/** The number of earlier draws that stay visible. */
const REMEMBERED = 60;
const SUBSCRIPTS = [..."₀₁₂₃₄₅₆₇₈₉"];
const STEP = 0.01;

const subscript = (number: number): string =>
  Array.from(String(number), (digit) => SUBSCRIPTS[Number(digit)]).join("");

@customElement("reparameterization-diagram")
export class ReparameterizationDiagram extends AtlasElement {
  static override styles = [base, buttons, bareSliders, reparameterizationStyles];

  @property({ type: Number }) latents = 2;
  @property({ type: Number }) seed = 1;
  @property({ attribute: false }) mu: readonly number[] = [];
  @property({ attribute: false }) sigma: readonly number[] = [];
  @property({ attribute: false }) epsilon: readonly number[] = [];

  private earlier: (readonly number[])[] = [];
  private noise: (() => number) | null = null;

  get z(): number[] {
    return reparameterize(this.mu, this.sigma, this.epsilon);
  }

  sample(): void {
    this.noise ??= gaussian(this.seed);
    const noise = this.noise;
    this.earlier = [...this.earlier, this.epsilon].slice(-REMEMBERED);
    this.change(this.mu.map(() => noise()));
  }

  private change(epsilon: readonly number[]): void {
    this.epsilon = epsilon;
    this.emit("epsilon-change", { epsilon, z: this.z });
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("seed")) this.noise = null;
    if (!changed.has("mu") && !changed.has("sigma")) return;
    this.earlier = [];
    if (this.epsilon.length !== this.mu.length) this.epsilon = this.mu.map(() => 0);
    this.takeData(this.mu.length > 0);
  }

  private latent(index: number) {
    const draw: LatentDraw = {
      mu: this.mu[index] as number,
      sigma: this.sigma[index] as number,
      epsilon: this.epsilon[index] as number,
      earlier: this.earlier.map((epsilon) => epsilon[index] as number),
    };
    const name = subscript(index + 1);
    const decimals = decimalsOf(draw.sigma);
    const z = formatNumber(this.z[index] as number, decimals);
    const [mu, sigma] = [formatNumber(draw.mu, decimals), formatNumber(draw.sigma, decimals)];
    const epsilon = formatNumber(draw.epsilon, 2);
    return html`<div class="latent" role="group" aria-label=${`Latent ${index + 1}`}>
      <p class="given">μ${name} = ${mu}<span>σ${name} = ${sigma}</span></p>
      <div class="plot">
        <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-hidden="true">${latentShapes(draw)}</svg>
        <input
          type="range"
          min=${-REACH}
          max=${REACH}
          step=${STEP}
          .value=${String(clamp(draw.epsilon, -REACH, REACH))}
          aria-label=${`ε${name}, the noise of latent ${index + 1}`}
          aria-valuetext=${`${epsilon}, so z${index + 1} is ${z}`}
          @input=${(event: Event) => {
            const value = Number((event.target as HTMLInputElement).value);
            this.change(this.epsilon.map((old, i) => (i === index ? value : old)));
          }}
        />
      </div>
      <p class="sum">
        z${name} = ${mu} + ${sigma} · ${draw.epsilon < 0 ? `(${epsilon})` : epsilon} = <b>${z}</b>
      </p>
    </div>`;
  }

  /** The room kept for a latent. */
  private vacant(index: number) {
    const text = this.state === "loading" && index === 0 ? "Loading …" : "\u00a0";
    return html`<div class="latent">
      <p class="given">${text}</p>
      <div class="plot"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-hidden="true"></svg></div>
      <p class="sum">\u00a0</p>
    </div>`;
  }

  protected override render() {
    const first = this.epsilon[0] ?? 0;
    const isReady = this.state === "ready";
    return html`
      <div class="flow">
        <slot name="input"></slot>
        <p class="arrow" aria-hidden="true"><span>encoder</span></p>
        <div class="latents">
          ${
            this.state === "error"
              ? html`<p class="message" role="status">${this.message}</p>`
              : this.mu.length > 0
                ? this.mu.map((_, index) => this.latent(index))
                : Array.from({ length: this.latents }, (_, index) => this.vacant(index))
          }
        </div>
        <p class="arrow" aria-hidden="true"><span>decoder</span></p>
        <slot name="output"></slot>
      </div>
      <div class="tools">
        <button type="button" ?disabled=${!isReady} @click=${() => this.sample()}>
          Sample again
        </button>
        <button
          type="button"
          ?disabled=${!isReady}
          @click=${() => this.change(this.mu.map(() => 0))}
        >
          ε = 0
        </button>
      </div>
      <div class="graphs">
        ${graph(
          "μ and σ lead to a draw of z, which leads to the loss. The gradient comes back from the loss to z and ends there.",
          drawnDirectly(),
          html`<b>Drawn directly.</b> The gradient (dashed) ends at the draw.`,
        )}
        ${graph(
          `μ, σ and the noise ε lead to z = μ + σ · ε, which leads to the loss. The gradient comes back through z to μ, times 1, and to σ, times ε, here ${formatNumber(first, 2)}.`,
          reparameterized(first),
          html`<b>Reparameterized.</b> It passes: unchanged to μ, times ε to σ (here of latent 1).`,
        )}
      </div>
    `;
  }
}

function graph(label: string, drawing: SVGTemplateResult, caption: TemplateResult) {
  return html`<figure>
    <svg viewBox="0 0 ${GRAPH_WIDTH} ${GRAPH_HEIGHT}" role="img" aria-label=${label}>${drawing}</svg>
    <figcaption>${caption}</figcaption>
  </figure>`;
}

declare global {
  interface HTMLElementEventMap {
    "epsilon-change": CustomEvent<{ epsilon: readonly number[]; z: number[] }>;
  }
}
