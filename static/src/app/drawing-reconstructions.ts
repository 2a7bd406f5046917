// What the models make of the reader's drawing: each is asked once, whoever wants to know.

import type { Drawing } from "../core/image/drawing";
import type { Model } from "../core/release/manifest";
import type { Engine, Reconstruction } from "../engine/engine";

/** The drawing as it was, and what a model made of it. */
export interface DrawingReconstruction extends Reconstruction {
  readonly pixels: Float32Array;
}

export class DrawingReconstructions {
  /** Of the drawing as it is now, answered or on their way; by model and label. */
  private readonly answers = new Map<string, Promise<DrawingReconstruction>>();

  constructor(
    private readonly drawing: Drawing,
    private readonly engine: Pick<Engine, "reconstruct">,
  ) {
    let { pixels } = drawing;
    drawing.subscribe((change) => {
      if (change.pixels !== pixels) this.answers.clear();
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
    const key = `${model.id} ${label ?? ""}`;
    const known = this.answers.get(key);
    if (known !== undefined) return known;
    const answer = this.ask(model, label);
    this.answers.set(key, answer);
    answer.catch(() => {
      if (this.answers.get(key) === answer) this.answers.delete(key);
    });
    return answer;
  }

  private async ask(model: Model, label?: number): Promise<DrawingReconstruction> {
    const { pixels } = this.drawing;
    return { ...(await this.engine.reconstruct(model, pixels, label)), pixels };
  }
}
