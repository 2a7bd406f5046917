// <reparameterization-diagram>: μ, σ → ε ~ N(0, 1) → z = μ + σ · ε, live, with ε in the reader's hand.
//
// Attributes
//   latents  how many latents to keep room for until there is a μ (2)
// Properties
//   mu, sigma  number[], one for each latent; setting them keeps ε
//   epsilon    number[], the noise; settable, which emits nothing
// Event        epsilon-change {epsilon, z}: the reader drew or moved ε
// Slots        input, before the latents, and output: the picture decoded from z, after them
import { css, html, type PropertyValues } from "lit";
import { customElement, property } from "lit/decorators.js";
import { unsafeSVG } from "lit/directives/unsafe-svg.js";
import { clamp, formatNumber } from "../../core/geometry/viewport";
import { reparameterize } from "../../core/latent/posterior";
import { gaussian } from "../../core/latent/random";
import { AtlasElement } from "../atlas-element";
import { bareSliders, base, buttons } from "../shared-styles";
import { followRails, rails } from "../sliders/rails";
import gradientEnds from "./gradient-ends.svg?raw";
import gradientPasses from "./gradient-passes.svg?raw";
import { decimalsOf, HEIGHT, latentShapes, REACH, WIDTH } from "./reparameterization-shapes";

/** The number of earlier draws that stay visible. */
const REMEMBERED = 60;
const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";

@customElement("reparameterization-diagram")
export class ReparameterizationDiagram extends AtlasElement {
  static override styles = [
    base,
    buttons,
    bareSliders,
    rails,
    css`
    :host {
      font-size: 0.9375rem;
      --thumb: 20px;
      --thumb-fill: var(--text, #1a1a1a);
    }
    .flow {
      display: grid;
      gap: 0.75rem;
      justify-items: center;
    }
    ::slotted(*) {
      width: 9rem;
    }
    .latents {
      display: grid;
      gap: 1.25rem 2rem;
      width: 100%;
      min-height: 17rem;
    }
    .latent,
    figure {
      width: 100%;
      max-width: 27rem;
      margin-inline: auto;
    }
    .arrow,
    figcaption {
      font-size: 0.8125rem;
    }
    .arrow {
      display: grid;
      justify-items: center;
    }
    .arrow::after {
      content: "↓";
      font-size: 1.25rem;
      line-height: 1;
    }
    .given,
    .sum {
      padding-left: 7.6%;
    }
    .given {
      font-weight: 600;
    }
    .given span {
      padding-left: 1.25em;
    }
    .plot {
      position: relative;
    }
    text {
      fill: var(--muted, #666);
      font-size: 12px;
      text-anchor: middle;
    }
    .letter {
      fill: var(--text, #1a1a1a);
      font-size: 14px;
      font-style: italic;
    }
    .axis {
      stroke: var(--muted, #666);
      stroke-opacity: 0.7;
    }
    .prior {
      fill: var(--faint, #eee);
      stroke: var(--muted, #666);
      stroke-dasharray: 3 2;
    }
    .posterior,
    .zoom {
      fill: var(--accent, #0b57d0);
      fill-opacity: 0.1;
    }
    .posterior {
      stroke: var(--accent, #0b57d0);
      stroke-width: 1.5;
    }
    .posterior.needle {
      fill-opacity: 1;
      stroke-width: 1;
    }
    .draw {
      fill: var(--text, #1a1a1a);
      stroke: var(--text, #1a1a1a);
      stroke-width: 1.5;
    }
    .earlier {
      stroke: var(--accent, #0b57d0);
      stroke-opacity: 0.6;
    }
    /* The slider is the axis of ε: its thumb's middle runs from end to end of the drawn line. */
    .rail {
      position: absolute;
      top: 51.4%;
      left: calc(7.647% - 10px);
      width: calc(89.412% + 20px);
      margin-top: -14px;
      cursor: ew-resize;
    }
    input {
      height: 28px;
      margin-block: 0;
    }
    .tools {
      justify-content: center;
    }
    .graphs {
      display: grid;
      gap: 1.5rem 3rem;
      max-width: 54rem;
      margin: 2rem auto 0;
    }
    figcaption b {
      color: var(--text, #1a1a1a);
      font-weight: 600;
    }
    .node text {
      fill: var(--text, #1a1a1a);
      font-size: 13px;
    }
    :is(b, span, text, tspan).of-mu {
      color: var(--mu, #0b57d0);
      fill: var(--mu, #0b57d0);
    }
    :is(b, span, text, tspan).of-sigma {
      color: var(--sigma, #a34a16);
      fill: var(--sigma, #a34a16);
    }
    :is(b, span, text, tspan).of-epsilon {
      color: var(--epsilon, #8a3ea8);
      fill: var(--epsilon, #8a3ea8);
    }
    :is(b, span, text, tspan).of-z {
      color: var(--z, #0c6b45);
      fill: var(--z, #0c6b45);
    }
    .back {
      stroke: var(--accent, #0b57d0);
      stroke-dasharray: 5 3;
      stroke-width: 1.5;
    }
    .stop {
      stroke: var(--text, #1a1a1a);
      stroke-width: 2.5;
    }
    .factor {
      fill: var(--accent, #0b57d0);
      font-weight: 600;
    }
    .factor,
    .note {
      font-size: 12px;
    }
    @media (min-width: 46rem) {
      .flow {
        grid-template-columns: 9rem auto minmax(0, 1fr) auto 9rem;
        align-items: center;
      }
      .arrow::after {
        content: "→";
      }
      .graphs {
        grid-template-columns: repeat(2, minmax(0, 1fr));
      }
    }
    @media (min-width: 68rem) {
      .latents {
        grid-template-columns: repeat(2, minmax(0, 1fr));
        min-height: 0;
      }
    }
    @media (forced-colors: active) {
      path:not(.zoom),
      line {
        stroke: CanvasText;
      }
      text {
        fill: CanvasText;
      }
    }
  `,
  ];

  @property({ type: Number }) latents = 2;
  @property({ attribute: false }) mu: readonly number[] = [];
  @property({ attribute: false }) sigma: readonly number[] = [];
  @property({ attribute: false }) epsilon: readonly number[] = [];

  private earlier: (readonly number[])[] = [];
  /** Of a fixed seed: every visit has the same draws. */
  private readonly noise = gaussian(1);

  get z(): number[] {
    return reparameterize(this.mu, this.sigma, this.epsilon);
  }

  /** Draws ε anew and emits, as the button does. */
  sample(): void {
    this.earlier = [...this.earlier, this.epsilon].slice(-REMEMBERED);
    this.change(this.mu.map(() => this.noise()));
  }

  private readonly followRails = followRails();

  private change(epsilon: readonly number[]): void {
    this.epsilon = epsilon;
    this.emit("epsilon-change", { epsilon, z: this.z });
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("mu") && !changed.has("sigma")) return;
    this.earlier = [];
    if (this.epsilon.length !== this.mu.length) this.epsilon = this.mu.map(() => 0);
    this.takeData(this.mu.length > 0);
  }

  protected override updated(): void {
    this.followRails(this.renderRoot);
  }

  private latent(index: number) {
    const draw = {
      mu: this.mu[index] as number,
      sigma: this.sigma[index] as number,
      epsilon: this.epsilon[index] as number,
      earlier: this.earlier.map((epsilon) => epsilon[index] as number),
    };
    const name = SUBSCRIPTS[index + 1];
    const decimals = decimalsOf(draw.sigma);
    const z = formatNumber(this.z[index] as number, decimals);
    const [mu, sigma] = [formatNumber(draw.mu, decimals), formatNumber(draw.sigma, decimals)];
    const epsilon = formatNumber(draw.epsilon, 2);
    return html`<div class="latent" role="group" aria-label=${`Latent ${index + 1}`}>
      <p class="given"><b class="of-mu">μ${name} = ${mu}</b><span class="of-sigma">σ${name} = ${sigma}</span></p>
      <div class="plot">
        <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-hidden="true">${latentShapes(draw)}</svg>
        <div class="rail"><input
          type="range"
          min=${-REACH}
          max=${REACH}
          step="0.01"
          .value=${String(clamp(draw.epsilon, -REACH, REACH))}
          aria-label=${`ε${name}, the noise of latent ${index + 1}`}
          aria-valuetext=${`${epsilon}, so z${index + 1} is ${z}`}
          @input=${(event: Event) => {
            const value = Number((event.target as HTMLInputElement).value);
            this.change(this.epsilon.map((old, i) => (i === index ? value : old)));
          }}
        /></div>
      </div>
      <p class="sum">
        <span class="of-z">z${name}</span> = <span class="of-mu">${mu}</span> +
        <span class="of-sigma">${sigma}</span> ·
        <span class="of-epsilon">${draw.epsilon < 0 ? `(${epsilon})` : epsilon}</span> =
        <b class="of-z">${z}</b>
      </p>
    </div>`;
  }

  protected override render() {
    const first = this.epsilon[0] ?? 0;
    const isReady = this.state === "ready";
    return html`
      <div class="flow">
        <slot name="input"></slot>
        <p class="arrow muted" aria-hidden="true">encoder</p>
        <div class="latents">
          ${
            this.mu.length > 0
              ? this.mu.map((_, index) => this.latent(index))
              : Array.from({ length: this.latents }, () => vacant)
          }
        </div>
        <p class="arrow muted" aria-hidden="true">decoder</p>
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
        <figure>
          <svg viewBox="0 0 340 140">${unsafeSVG(gradientEnds)}</svg>
          <figcaption><b>Sampled directly.</b> The gradient (dashed) ends at the sample.</figcaption>
        </figure>
        <figure>
          <svg viewBox="0 0 340 140">
            ${unsafeSVG(gradientPasses)}
            <text class="factor sigma" x="112" y="98">∂z / ∂σ = ε = ${formatNumber(first, 2)}</text>
          </svg>
          <figcaption>
            <b>Reparameterised.</b> It passes: unchanged to μ, times ε to σ (here of latent 1).
          </figcaption>
        </figure>
      </div>
    `;
  }
}

/** The room kept for a latent. */
const vacant = html`<div class="latent">
  <p class="given">\u00a0</p>
  <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-hidden="true"></svg>
  <p class="sum">\u00a0</p>
</div>`;
