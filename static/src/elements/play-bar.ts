// <play-bar>: plays a value from 0 to 1, and lets the reader scrub it.
//
// Attributes
//   duration   seconds from one end to the other (4)
//   steps      where there are that many discrete positions, the scrubber stops at each; 0: smooth
//   disabled   nothing to play yet; then its state is empty
// Properties
//   value      0…1; setting it emits nothing
//   text       what the value means, shown beside the scrubber and spoken with it
// Event        value-change {value}, for every frame that plays and every move of the scrubber
//
// Where the reader wants less motion it never starts by itself, and `play()` goes in still steps: five,
// or from one discrete position to the next.
import { css, html, nothing, type PropertyValues } from "lit";
import { customElement, property } from "lit/decorators.js";
import { clamp } from "../core/geometry/viewport";
import { AtlasElement, type ElementState } from "./atlas-element";
import { base, buttons } from "./shared-styles";
import { followRails, rails } from "./sliders/rails";

/** Steps in which a value that must not move smoothly goes from end to end. */
const STILLS = 5;

@customElement("play-bar")
export class PlayBar extends AtlasElement {
  static override styles = [
    base,
    buttons,
    rails,
    css`
    :host {
      display: flex;
      gap: 0.75rem;
      align-items: center;
      min-height: 2.5rem;
      line-height: 1.4;
    }
    button {
      width: 2.25rem;
      padding: 0;
    }
    svg {
      width: 14px;
      margin: auto;
      fill: currentColor;
    }
    .rail {
      flex: 1;
      isolation: isolate;
      min-width: 4rem;
    }
    input {
      height: 2rem;
    }
    output {
      min-width: 6em;
    }
    @media (pointer: coarse) {
      .rail {
        height: 2.75rem;
      }
    }
  `,
  ];

  @property({ type: Number }) duration = 4;
  @property({ type: Number }) steps = 0;
  @property({ type: Boolean, reflect: true }) disabled = false;
  @property({ type: Number }) value = 0;
  @property({ attribute: false }) playing = false;
  @property() text = "";
  override state: ElementState = "ready";

  #frame = 0;
  #last = 0;

  play(): void {
    if (this.playing || this.disabled) return;
    this.playing = true;
    if (this.value >= 1) this.#moveTo(0);
    this.#last = performance.now();
    this.#frame = requestAnimationFrame(this.#step);
  }

  pause(): void {
    this.playing = false;
    cancelAnimationFrame(this.#frame);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.pause();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("disabled")) return;
    this.state = this.disabled ? "empty" : "ready";
    if (this.disabled) this.pause();
  }

  protected override firstUpdated(): void {
    followRails()(this.renderRoot);
  }

  readonly #step = (now: number): void => {
    if (!this.playing) return;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const stills = this.steps > 1 ? this.steps - 1 : STILLS;
    const due = still ? (1000 * this.duration) / stills : 0;
    if (now - this.#last >= due) {
      const passed = still ? 1 / stills : (now - this.#last) / 1000 / this.duration;
      this.#last = now;
      this.#moveTo(clamp(this.value + passed, 0, 1));
      if (this.value === 1) this.pause();
    }
    if (this.playing) this.#frame = requestAnimationFrame(this.#step);
  };

  #moveTo(value: number): void {
    this.value = value;
    this.emit("value-change", { value });
  }

  protected override render() {
    const shape = this.playing ? "M2 1h3.5v12H2zM8.5 1H12v12H8.5z" : "M3 1l9 6-9 6z";
    return html`<button
        type="button"
        aria-label=${`${this.playing ? "Pause" : "Play"}: ${this.label}`}
        ?disabled=${this.disabled}
        @click=${() => (this.playing ? this.pause() : this.play())}
      >
        <svg viewBox="0 0 14 14" aria-hidden="true"><path d=${shape}></path></svg>
      </button>
      <div class="rail"><input
        type="range"
        aria-label=${this.label}
        aria-valuetext=${this.text || nothing}
        min="0"
        max="1"
        step=${this.steps > 1 ? 1 / (this.steps - 1) : 0.001}
        .value=${String(this.value)}
        ?disabled=${this.disabled}
        @input=${(event: Event) => {
          this.pause();
          this.#moveTo(Number((event.target as HTMLInputElement).value));
        }}
      /></div>
      ${this.text === "" ? nothing : html`<output class="muted">${this.text}</output>`}`;
  }
}
