// The steps of section "inside": what each computes, with the numbers of the image at hand.

import { formatNumber, formatPoint, type Point } from "../../core/geometry/viewport";
import { bernoulliCrossEntropy } from "../../core/image/reconstruction";
import { klToStandardNormal, reparameterize, sum } from "../../core/latent/posterior";
import { required } from "../../figures/figure";
import { writeSymbols } from "../../figures/symbol-colours";
import type { Subject } from "./inside-terms";

const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";
/** Ink covers a pixel by more than this. */
const INK = 0.5;

export class InsideSteps {
  constructor(private readonly section: HTMLElement) {}

  /** Shows what follows from μ, σ and ε. */
  show({ mu, sigma }: Subject, epsilon: readonly number[]): void {
    const z = reparameterize(mu, sigma, epsilon);
    const kl = klToStandardNormal(mu, sigma);
    const logvar = sigma.map((deviation) => 2 * Math.log(deviation));
    this.put(
      "encode",
      `μ = ${list(mu, 2)}, σ = ${list(sigma, 3)}`,
      `log σ² = ${list(logvar, 2)}; σ = exp(½ log σ²) = ${list(sigma, 3)}`,
    );
    this.put(
      "sample",
      `z = ${list(z, 3)}`,
      each(z, (value, i) => {
        const [mean, deviation, noise] = [mu[i], sigma[i], epsilon[i]] as [number, number, number];
        return `z${SUBSCRIPTS[i + 1]} = ${formatNumber(mean, 3)} + ${formatNumber(deviation, 3)} · ${signed(noise, 2)} = ${formatNumber(value, 3)}`;
      }),
    );
    this.put(
      "kl",
      `${formatNumber(sum(kl), 2)} nats`,
      each(kl, (nats, i) => {
        const [mean, variance] = [(mu[i] as number) ** 2, (sigma[i] as number) ** 2];
        return `½ (${formatNumber(mean, 2)} + ${formatNumber(variance, 4)} − 1 − ${signed(logvar[i] as number, 2)}) = ${formatNumber(nats, 2)}`;
      }),
    );
  }

  /** Shows what needs the decoded image. */
  decoded({ pixels, mu, sigma }: Subject, image: Float32Array): void {
    const inked = Array.from(pixels.keys()).filter((i) => (pixels[i] as number) > INK);
    const of = (values: Float32Array): number[] => inked.map((i) => values[i] as number);
    const [all, ink] = [
      bernoulliCrossEntropy(pixels, image),
      bernoulliCrossEntropy(of(pixels), of(image)),
    ];
    const kl = sum(klToStandardNormal(mu, sigma));
    const certain = sum(of(image)) / Math.max(1, inked.length);
    const nats = (value: number): string => `${formatNumber(value, 1)} nats`;
    this.put(
      "decode",
      `${image.length} probabilities of ink`,
      `On the ${inked.length} inked pixels of x they are ${formatNumber(100 * certain, 0)} % on average.`,
    );
    this.put(
      "reconstruct",
      nats(all),
      `${formatNumber(ink, 1)} from the inked pixels + ${formatNumber(all - ink, 1)} from the others = ${formatNumber(all, 1)}`,
    );
    this.put(
      "loss",
      nats(all + kl),
      `${formatNumber(all, 1)} + ${formatNumber(kl, 1)} = ${formatNumber(all + kl, 1)}`,
    );
  }

  private put(step: string, result: string, work: string): void {
    const place = required(this.section, `[data-step=${step}]`);
    writeSymbols(required(place, ".result"), result);
    writeSymbols(required(place, ".work"), work);
  }
}

const list = ([x = 0, y = 0]: readonly number[], decimals: number): string =>
  formatPoint([x, y] as Point, decimals);
const signed = (value: number, decimals: number): string =>
  value < 0 ? `(${formatNumber(value, decimals)})` : formatNumber(value, decimals);
const each = (values: readonly number[], line: (value: number, i: number) => string): string =>
  values.map(line).join("; ");
