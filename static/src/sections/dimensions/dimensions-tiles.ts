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
  /** Goes on from the n-th draw (0: the mean) that a link has, at z; returns the sentence on it. */
  resume(draw: number, z: readonly number[]): string;
}

/** A draw from N(0, 1); another visit sees other draws. */
export const normal = gaussian(Date.now());

/** Called with what was taken, its z, a sentence on it, and which draw it is (0: the mean). */
export type Taken = (sample: Sample, z: readonly number[], text: string, draw: number) => void;

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
  const words = (draw: number, z: readonly number[]): string => {
    if (sigma === null) {
      return `${name}: an autoencoder encodes it as a single point, without a spread.`;
    }
    if (draw === 0) return `${name}: z = μ.`;
    const epsilon = z.map((value, i) => (value - (mu[i] ?? 0)) / (sigma[i] ?? 1));
    const length = formatNumber(Math.hypot(...epsilon), 1);
    return `${name}, variation ${draw}: z = μ + σ ⊙ ε, ‖ε‖ = ${length}.`;
  };
  const sample: Sample = {
    button,
    label,
    posterior,
    take: (mean) => {
      const isMean = mean || sigma === null;
      const draw = isMean ? 0 : ++count;
      const z = isMean ? mu : reparameterize(mu, sigma, mu.map(normal));
      taken(sample, z, words(draw, z), draw);
    },
    resume: (draw, z) => {
      count = draw;
      return words(draw, z);
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

  /** The image on a tile, once it is there. */
  at(index: number): Sample | null {
    return this.#samples[index] ?? null;
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
