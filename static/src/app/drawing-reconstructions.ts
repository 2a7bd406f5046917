// What the models make of the reader's drawing: each is asked once, whoever wants to know.

import { once } from "../core/async/once";
import type { Drawing } from "../core/image/drawing";
import type { RefinedPosterior } from "../core/inference/plane-posterior";
import { sigmaOf } from "../core/latent/posterior";
import type { Model } from "../core/release/manifest";
import type { Engine, Reconstruction } from "../engine/engine";

/** The drawing as it was, and what a model made of it. */
export interface DrawingReconstruction extends Reconstruction {
  readonly pixels: Float32Array;
}

export class DrawingReconstructions {
  /** Of the drawing as it is now, answered or on their way; by model and label. */
  private readonly answers = new Map<string, Promise<DrawingReconstruction>>();
  private readonly explained = new Map<string, Promise<RefinedPosterior | null>>();

  constructor(
    private readonly drawing: Drawing,
    private readonly engine: Pick<Engine, "reconstruct" | "explain">,
  ) {
    let { pixels } = drawing;
    drawing.subscribe((change) => {
      if (change.pixels !== pixels) {
        this.answers.clear();
        this.explained.clear();
      }
      pixels = change.pixels;
    });
  }

  /**
   * Encodes the drawing and decodes its mean.
   *
   * @param label the class that a conditioned model is given.
   * @throws EngineError, which is not kept: the next call tries again.
   */
  of(model: Model, label?: number): Promise<DrawingReconstruction> {
    return once(this.answers, `${model.id} ${label ?? ""}`, async () => {
      const { pixels } = this.drawing;
      return { ...(await this.engine.reconstruct(model, pixels, label)), pixels };
    });
  }

  /**
   * Computes the drawing's true posterior, and what q(z|x) misses; of a model of two latents.
   *
   * @returns null where the drawing has changed meanwhile.
   * @throws EngineError, which is not kept.
   */
  explain(model: Model, label?: number): Promise<RefinedPosterior | null> {
    return once(this.explained, `${model.id} ${label ?? ""}`, async () => {
      const { pixels, mu, logvar } = await this.of(model, label);
      const q = { mu: Array.from(mu), sigma: sigmaOf(logvar) };
      for (;;) {
        const found = await this.engine.explain(model, pixels, q, label);
        // Another section may have asked about another image meanwhile.
        if (found !== null || pixels !== this.drawing.pixels) return found;
      }
    });
  }
}
