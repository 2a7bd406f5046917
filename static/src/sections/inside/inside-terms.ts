// The two tables of section "inside": the KL latent by latent, and the terms of the bound.

import { formatNumber } from "../../core/geometry/viewport";
import { bernoulliCrossEntropy } from "../../core/image/reconstruction";
import type { RefinedPosterior } from "../../core/inference/plane-posterior";
import { klToStandardNormal, sum } from "../../core/latent/posterior";
import { required } from "../../figures/figure";

export interface Image {
  /** The digit of an example, or null of the reader's drawing. */
  readonly label: number | null;
  readonly pixels: Float32Array;
}

/** An image and its q(z|x). */
export interface Subject extends Image {
  readonly mu: number[];
  readonly sigma: number[];
}

/** How many samples of z are averaged. */
export const DRAWS = 64;

/** A mean over samples, and its standard error. */
export interface Estimate {
  readonly mean: number;
  readonly error: number;
}

const UNKNOWN = "–";

export class InsideTerms {
  private kl = 0;

  constructor(private readonly section: HTMLElement) {
    this.put("draws", String(DRAWS));
  }

  /** Shows what follows from μ and σ alone. */
  show({ mu, sigma, label }: Subject): void {
    const kl = klToStandardNormal(mu, sigma);
    this.kl = sum(kl);
    for (const [i, nats] of kl.entries()) {
      const cells = required(this.section, `tr[data-latent="${i}"]`).querySelectorAll("td");
      const [mean, deviation] = [mu[i] as number, sigma[i] as number];
      const values = [mean ** 2, deviation ** 2, -2 * Math.log(deviation), nats];
      for (const [column, cell] of cells.entries()) {
        cell.textContent = formatNumber(values[column] as number, column === 1 ? 4 : 2);
      }
    }
    this.put("kl", formatNumber(this.kl, 2));
    required(this.section, "[data-subject]").textContent =
      label === null ? "your drawing" : "this image";
    for (const term of ["here", "reconstruction", "elbo", "exact", "gap"]) this.put(term, UNKNOWN);
  }

  /** Shows the reconstruction term of the z that is decoded. */
  here({ pixels }: Subject, decoded: Float32Array): void {
    this.put("here", formatNumber(bernoulliCrossEntropy(pixels, decoded), 1));
  }

  /** Shows the mean over samples, and with it the bound. */
  estimated({ mean, error }: Estimate): void {
    const within = ` ± ${formatNumber(error, 1)}`;
    this.put("reconstruction", formatNumber(mean, 1) + within);
    this.put("elbo", formatNumber(-mean - this.kl, 1) + within);
  }

  /** Shows log p(x), and its gap to the ELBO: by quadrature, not from the samples. */
  explained({ logLikelihood, gap }: RefinedPosterior): void {
    this.put("exact", formatNumber(logLikelihood, 1));
    this.put("gap", formatNumber(gap.total, 1));
  }

  private put(term: string, text: string): void {
    for (const cell of this.section.querySelectorAll(`[data-term="${term}"]`)) {
      cell.textContent = text;
    }
  }
}
