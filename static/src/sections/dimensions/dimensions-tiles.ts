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

/** Draws z and says so: `name` is the image, `count` tells which variation this is. */
export function drawFrom(
  { mu, sigma }: Sample["posterior"],
  name: string,
  mean: boolean,
  count: number,
): [z: number[], text: string] {
  if (sigma === null) {
    return [[...mu], `${name}: an autoencoder encodes it as one point, without a spread.`];
  }
  if (mean) return [[...mu], `${name}: z = μ.`];
  const epsilon = mu.map(normal);
  const length = formatNumber(Math.hypot(...epsilon), 1);
  return [
    reparameterize(mu, sigma, epsilon),
    `${name}, variation ${count}: z = μ + σ ⊙ ε, ‖ε‖ = ${length}.`,
  ];
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
  show(model: Model, tiles: Tiles): void {
    for (const [i, button] of this.buttons.entries()) {
      button.hidden = i >= tiles.count;
      button.disabled = i >= tiles.count;
      const label = tiles.labels[i];
      const name = label === undefined ? "" : (model.class_names[label] ?? String(label));
      button.setAttribute("aria-label", `${name}: a variation of a test image`);
      required<HTMLElement>(button, "span").textContent = name;
      const view = this.#views[i] as ImageView;
      dressView(view, model);
      view.label = `Reconstruction of a ${name}`;
    }
    this.#samples = tiles.mu.map((mu, i) => this.#sample(model, tiles, mu, i));
    const z = tiles.mu.flat();
    this.#decode({ model, z, ...(model.condition !== "none" && { labels: tiles.labels }) });
  }

  #sample(model: Model, tiles: Tiles, mu: number[], i: number): Sample | null {
    const button = this.buttons[i];
    if (button === undefined) return null;
    const label = tiles.labels[i] as number;
    const name = `Test image ${tiles.index[i]}, class ${model.class_names[label]}`;
    let count = 0;
    const sample: Sample = {
      button,
      label,
      posterior: { mu, sigma: tiles.sigma?.[i] ?? null },
      take: (mean) => {
        if (!mean) count++;
        this.#taken(sample, ...drawFrom(sample.posterior, name, mean, count));
      },
    };
    return sample;
  }
}
