// The two tables of section "inside": the KL latent by latent, and the terms of the bound.

import { formatNumber } from "../../core/geometry/viewport";
import { bernoulliCrossEntropy } from "../../core/image/reconstruction";
import type { RefinedPosterior } from "../../core/inference/plane-posterior";
import { klToStandardNormal, sum } from "../../core/latent/posterior";
import type { Report } from "../../core/release/release";
import { required } from "../../figures/figure";

/** An image and its q(z|x). */
export interface Subject {
  readonly mu: number[];
  readonly sigma: number[];
  /** The class of a test image, or null of the reader's drawing. */
  readonly label: number | null;
  /** What went into the encoder; null where that is not shipped. */
  readonly pixels: Float32Array | null;
}

/** How many draws of z are averaged. */
export const DRAWS = 64;

/** A mean over draws, and its standard error. */
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
  show({ mu, sigma, label }: Subject, report: Report | null): void {
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
    const kind = label === null ? "drawing" : "tile";
    for (const part of this.section.querySelectorAll<HTMLElement>("[data-of]")) {
      part.classList.toggle("away", part.dataset.of !== kind);
    }
    required(this.section, "[data-subject]").textContent =
      label === null ? "your drawing" : "this image";
    const own = report?.errors.by_class.find((row) => row.label === label)?.cross_entropy;
    this.put("class-reconstruction", own === undefined ? UNKNOWN : formatNumber(own, 1));
    for (const term of ["here", "reconstruction", "elbo", "exact", "gap"]) this.put(term, UNKNOWN);
  }

  /** Shows the reconstruction term of the z that is decoded. */
  here({ pixels }: Subject, decoded: Float32Array): void {
    if (pixels !== null) this.put("here", formatNumber(bernoulliCrossEntropy(pixels, decoded), 1));
  }

  /** Shows the mean over draws, and with it the bound. */
  estimated({ pixels }: Subject, { mean, error }: Estimate): void {
    if (pixels === null) return;
    const within = ` ± ${formatNumber(error, 1)}`;
    this.put("reconstruction", formatNumber(mean, 1) + within);
    this.put("elbo", formatNumber(-mean - this.kl, 1) + within);
  }

  /** Shows log p(x), and its gap to the ELBO: by quadrature, not from the draws. */
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
