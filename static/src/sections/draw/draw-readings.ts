// What section "draw" reads in a drawing: terms of the bound, the squared error, where μ lies.

import { formatNumber } from "../../core/geometry/viewport";
import { bernoulliCrossEntropy, squaredError } from "../../core/image/reconstruction";
import { klToStandardNormal, sum } from "../../core/latent/posterior";
import { classesByDistance, type Distance, insideCircle } from "../../core/points/manifold";
import type { Model } from "../../core/release/manifest";
import type { Report, Statistics } from "../../core/release/release";
import type { ErrorScale } from "../../elements/chart/error-scale";
import { required } from "../../figures/figure";

/** A drawing and what the model made of it. */
export interface Passage {
  readonly pixels: Float32Array;
  readonly mu: readonly [number, number];
  readonly sigma: readonly [number, number];
  readonly image: Float32Array;
}

const UNKNOWN = "–";
/** A ratio, with the digits that mean something. */
const times = (ratio: number): string => formatNumber(ratio, ratio < 10 ? 1 : 0);
/** An error, likewise: a second pass leaves few hundredths. */
const errorText = (error: number): string => formatNumber(error, error < 0.1 ? 3 : 1);

export class DrawReadings {
  /** The class whose mean is nearest to the drawing, null while that is not known. */
  nearest: number | null = null;
  private report: Report | null = null;
  private statistics: Statistics | null = null;
  private passage: Passage | null = null;
  private readonly scale: ErrorScale;
  private readonly verdict: HTMLElement;

  constructor(
    private readonly section: HTMLElement,
    private readonly model: Model,
  ) {
    this.scale = required(section, "error-scale");
    this.verdict = required(section, ".verdict");
  }

  /** Takes what the release measured; what it lacks is left out. */
  compareWith({
    report = this.report,
    statistics = this.statistics,
  }: {
    report?: Report | null;
    statistics?: Statistics | null;
  }): void {
    this.report = report;
    this.statistics = statistics;
    this.scale.mean = report?.errors.squared_error ?? null;
    this.scale.classes = (report?.errors.by_class ?? []).map(({ label, squared_error }) => ({
      label,
      name: this.name(label),
      value: squared_error,
    }));
    if (this.passage !== null) this.show(this.passage);
  }

  /** Shows a drawing's numbers. */
  show(passage: Passage): void {
    this.passage = passage;
    const { pixels, mu, sigma, image } = passage;
    const classes = this.statistics?.splits.train ?? [];
    const [nearest, next] = classesByDistance(mu, classes);
    this.nearest = nearest?.label ?? null;
    const reconstruction = bernoulliCrossEntropy(pixels, image);
    const kl = sum(klToStandardNormal(mu, sigma));
    this.scale.value = squaredError(pixels, image);
    this.put("reconstruction", formatNumber(reconstruction, 1));
    this.put("kl", formatNumber(kl, 1));
    this.put("elbo", formatNumber(-reconstruction - kl, 1));
    this.put("error", formatNumber(this.scale.value, 1));
    this.put("nearest", this.distance(nearest));
    this.put("next", this.distance(next));
    if (this.statistics === null) return;
    const { circle, latents } = this.statistics;
    this.put("circle", insideCircle(mu, circle) ? "inside" : "outside");
    const usual = latents.posterior_variance;
    if (usual === undefined) return;
    const ratios = sigma.map((value, i) => value / Math.sqrt(usual[i] as number));
    this.put("sigma", ratios.map((value) => formatNumber(value, 1)).join(", "));
  }

  /** Says in a sentence what the numbers come to, once the pen rests. */
  conclude(passage: Passage, again: number): void {
    const error = squaredError(passage.pixels, passage.image);
    this.put("again", errorText(again));
    this.verdict.textContent = [
      `The drawing is reconstructed with a squared error of ${formatNumber(error, 1)}${this.comparison(error)}.`,
      `That reconstruction is itself reconstructed with an error of ${errorText(again)},`,
      again < error ? `${times(error / again)} times less: it is the model’s own.` : "no less.",
    ].join(" ");
  }

  clear(): void {
    this.passage = null;
    this.nearest = null;
    this.scale.value = null;
    this.verdict.textContent = "Draw something, or take one of the examples.";
    for (const cell of this.section.querySelectorAll("[data-reading]")) {
      cell.textContent = UNKNOWN;
    }
  }

  private comparison(error: number): string {
    if (this.report === null) return "";
    const { squared_error: mean, by_class } = this.report.errors;
    const ratio = `, ${times(error / mean)} times the mean of the test digits`;
    const worst = by_class.reduce((a, b) => (a.squared_error > b.squared_error ? a : b));
    if (error <= worst.squared_error) return ratio;
    const highest = `${formatNumber(worst.squared_error, 1)}, of the ${this.name(worst.label)}`;
    return `${ratio} and above the mean of every class (at most ${highest})`;
  }

  private distance(of: Distance | undefined): string {
    return of === undefined || !Number.isFinite(of.deviations)
      ? UNKNOWN
      : `${this.name(of.label)}, at ${formatNumber(of.deviations, 1)} SD`;
  }

  private name(label: number): string {
    return this.model.class_names[label] ?? String(label);
  }

  private put(reading: string, text: string): void {
    required(this.section, `[data-reading="${reading}"]`).textContent = text;
  }
}
