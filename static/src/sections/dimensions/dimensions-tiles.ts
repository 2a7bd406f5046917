// The tiles of section "dimensions": test images as their posteriors, each click another z of it.

import type { PageContext } from "../../app/context";
import { formatNumber } from "../../core/geometry/viewport";
import { reparameterize } from "../../core/latent/posterior";
import { gaussian } from "../../core/latent/random";
import type { Model } from "../../core/release/manifest";
import type { Tiles } from "../../core/release/release";
import type { ImageView } from "../../elements/image-view";
import { decoderInto, dressView, required } from "../../figures/figure";

/** q(z|x) of an image that has a button; `sigma` is null of an autoencoder. */
export interface Sample {
  readonly button: HTMLButtonElement;
  /** The image's class; null where nobody knows it. */
  readonly label: number | null;
  readonly posterior: { readonly mu: readonly number[]; readonly sigma: readonly number[] | null };
  /** Draws z from the posterior, or takes its mean. */
  take(mean: boolean): void;
}

/** A draw from N(0, 1); another visit sees other draws. */
export const normal = gaussian(Date.now());

/** Called with what was taken, its z and a sentence on it. */
export type Taken = (sample: Sample, z: readonly number[], text: string) => void;

/** Returns an image as a sample; `name` is what the page calls it. */
export function sampleOf(
  button: HTMLButtonElement,
  label: number | null,
  posterior: Sample["posterior"],
  name: string,
  taken: Taken,
): Sample {
  const { mu, sigma } = posterior;
  let count = 0;
  const sample: Sample = {
    button,
    label,
    posterior,
    take: (mean) => {
      if (sigma === null) {
        taken(
          sample,
          mu,
          `${name}: an autoencoder encodes it as a single point, without a spread.`,
        );
      } else if (mean) {
        taken(sample, mu, `${name}: z = μ.`);
      } else {
        count++;
        const epsilon = mu.map(normal);
        const length = formatNumber(Math.hypot(...epsilon), 1);
        const text = `${name}, variation ${count}: z = μ + σ ⊙ ε, ‖ε‖ = ${length}.`;
        taken(sample, reparameterize(mu, sigma, epsilon), text);
      }
    },
  };
  return sample;
}

export class TileSamples {
  readonly buttons: HTMLButtonElement[];
  readonly #views: ImageView[];
  readonly #decode: ReturnType<typeof decoderInto>;
  readonly #taken: Taken;
  #samples: (Sample | null)[] = [];

  constructor(
    context: PageContext,
    section: HTMLElement,
    isShown: (model: Model) => boolean,
    taken: Taken,
  ) {
    this.#taken = taken;
    this.buttons = Array.from(section.querySelectorAll<HTMLButtonElement>("button.sample"));
    this.#views = this.buttons.map((button) => required<ImageView>(button, "image-view"));
    this.#decode = decoderInto(context, this.#views, isShown);
    for (const [i, button] of this.buttons.entries()) {
      button.addEventListener("click", (event) => this.#samples[i]?.take(event.shiftKey));
    }
  }

  clear(): void {
    this.#samples = [];
    for (const button of this.buttons) button.disabled = true;
  }

  /** Puts up a model's tiles, decoded from their means in one call. */
  show(model: Model, { count, index, labels, mu, sigma }: Tiles): void {
    this.#samples = this.buttons.map((button, i) => {
      button.hidden = i >= count;
      button.disabled = i >= count;
      if (i >= count) return null;
      const label = labels[i] as number;
      const name = model.class_names[label] ?? String(label);
      button.setAttribute("aria-label", `${name}: a variation of a test image`);
      required<HTMLElement>(button, "span").textContent = name;
      const view = this.#views[i] as ImageView;
      dressView(view, model);
      view.label = `Reconstruction of a ${name}`;
      const posterior = { mu: mu[i] as number[], sigma: sigma?.[i] ?? null };
      return sampleOf(
        button,
        label,
        posterior,
        `Test image ${index[i]}, class ${name}`,
        this.#taken,
      );
    });
    this.#decode({ model, z: mu.flat(), labels });
  }
}
