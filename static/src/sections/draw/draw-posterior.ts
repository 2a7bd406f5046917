// What section "draw" knows exactly of a drawing: its true posterior, log p(x), what q(z|x) misses.

import { type PageContext, sentence } from "../../app/context";
import { latest } from "../../core/async/latest";
import { formatNumber, type Point } from "../../core/geometry/viewport";
import { bernoulliCrossEntropy, squaredError } from "../../core/image/reconstruction";
import type { PlanePosterior, RefinedPosterior } from "../../core/inference/plane-posterior";
import type { Model } from "../../core/release/manifest";
import type { LatentMap } from "../../elements/map/latent-map";
import { required } from "../../figures/figure";
import type { Passage } from "./draw-readings";

const UNKNOWN = "–";
const GAP = ["gap", "encoder", "upright", "rest"] as const;

export class DrawPosterior {
  /** The z of highest p(x, z), once it is known exactly. */
  best: Point | null = null;
  private of: Passage | null = null;
  private readonly gain: HTMLElement;
  private readonly button: HTMLButtonElement;
  private readonly estimate: (of: Passage) => void;

  constructor(
    private readonly context: PageContext,
    private readonly section: HTMLElement,
    private readonly model: Model,
    private readonly map: LatentMap,
  ) {
    this.gain = required(section, ".gain");
    this.button = required(section, "button.best");
    this.estimate = latest(
      (of: Passage) => context.engine.posterior(model, of.pixels),
      (posterior, of) => {
        if (of !== this.of || posterior === null || this.best !== null) return;
        this.show(posterior);
        this.put("exact", `≈ ${formatNumber(posterior.logLikelihood, 0)}`);
      },
      (error, of) => this.fail(error, of),
    );
  }

  /** Shows what the lattice says of a drawing, while the pen moves. */
  follow(of: Passage): void {
    if (of.pixels === this.of?.pixels) return;
    this.of = of;
    this.forget();
    this.estimate(of);
  }

  /** Refines it, once the pen rests. */
  async explain(of: Passage): Promise<void> {
    if (of.pixels !== this.of?.pixels || this.best !== null) return;
    try {
      const posterior = await this.context.drawingReconstructions.explain(this.model);
      if (of.pixels === this.of?.pixels && posterior !== null) this.conclude(posterior);
    } catch (error) {
      this.fail(error, of);
    }
  }

  /** Says what was gained by going from μ to the best z, which is decoded. */
  tellGain(decoded: Float32Array): void {
    if (this.of === null) return;
    const { pixels, image } = this.of;
    const both = (measure: (x: Float32Array, y: Float32Array) => number): string =>
      [image, decoded].map((one) => formatNumber(measure(pixels, one), 1)).join(" → ");
    this.gain.textContent = `From μ to the best z: squared error ${both(squaredError)}, −log p(x|z) ${both(bernoulliCrossEntropy)} nats.`;
  }

  clearGain(): void {
    this.gain.textContent = "";
  }

  clear(): void {
    this.of = null;
    this.map.posterior = null;
    this.put("exact", UNKNOWN);
    this.forget();
  }

  /** Takes back what is only known of the drawing before. */
  private forget(): void {
    this.best = null;
    this.button.disabled = true;
    this.clearGain();
    for (const part of ["bound", ...GAP]) this.put(part, UNKNOWN);
  }

  private conclude(posterior: RefinedPosterior): void {
    const { logLikelihood, elbo, gap } = posterior;
    this.show(posterior);
    this.best = posterior.best;
    this.button.disabled = false;
    this.put("exact", formatNumber(logLikelihood, 1));
    this.put("bound", formatNumber(elbo, 1));
    // Two digits: most parts of a gap are less than a tenth of a nat.
    const values = [gap.total, gap.encoder, gap.upright, gap.rest];
    for (const [i, part] of GAP.entries()) this.put(part, formatNumber(values[i] as number, 2));
  }

  private show({ heat, best }: PlanePosterior): void {
    this.map.posterior = { heat, best };
  }

  private fail(error: unknown, of: Passage): void {
    if (of.pixels !== this.of?.pixels) return;
    this.map.posterior = null;
    this.put("exact", UNKNOWN);
    this.gain.textContent = sentence("The true posterior", error);
    this.of = null; // the next stroke, or a way back to the drawing, asks again
  }

  private put(reading: string, text: string): void {
    required(this.section, `[data-reading="${reading}"]`).textContent = text;
  }
}
