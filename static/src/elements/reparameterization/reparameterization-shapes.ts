// What <reparameterization-diagram> draws of a latent: its Gaussians, and the noise on them.
import { type SVGTemplateResult, svg } from "lit";
import { clamp, formatNumber, ticks } from "../../core/geometry/viewport";
import { standardNormal } from "../../core/latent/posterior";

/** One latent of q(z|x), the noise drawn for it, and the noise drawn before. */
type LatentDraw = Record<"mu" | "sigma" | "epsilon", number> & { earlier: readonly number[] };

export const WIDTH = 340;
export const HEIGHT = 218;
/** The axes' ends, and ε at them: a draw lies beyond once in 16,000. */
const LEFT = 26;
const RIGHT = 330;
export const REACH = 4;
/** Heights of the two axes: the latent's own, and that of ε. */
const OVERVIEW = 58;
const NOISE = 112;
const BASE = 192;
const PEAK_OVERVIEW = 46;
const PEAK = 62;

/** Decimals at which a hundredth of σ can be read. */
export function decimalsOf(sigma: number): number {
  return clamp(Math.ceil(1 - Math.log10(sigma)), 2, 5);
}

/** Where a value lies between the ends of an axis that reaches from `low` to `high`. */
const place = (value: number, low: number, high: number): number =>
  LEFT + ((RIGHT - LEFT) * (value - low)) / (high - low);

/** The outline of a bell, drawn to its own height. */
function bell(mean: number, deviation: number, end: number, base: number, peak: number): string {
  const points = Array.from({ length: 65 }, (_, i) => {
    const noise = REACH * (i / 32 - 1);
    const y = base - (peak * standardNormal(noise)) / standardNormal(0);
    return `${place(mean + deviation * noise, -end, end)},${y}`;
  });
  return `M${points.join("L")}`;
}

/** The prior and q(z|x) on the latent's axis, both widths to scale; below, q(z|x) magnified. */
export function latentShapes({ mu, sigma, epsilon, earlier }: LatentDraw): SVGTemplateResult {
  const end = Math.max(REACH, Math.ceil(Math.abs(mu) + REACH * sigma));
  const [low, high] = [mu - REACH * sigma, mu + REACH * sigma];
  const at = place(clamp(epsilon, -REACH, REACH), -REACH, REACH);
  const height = BASE - (PEAK * standardNormal(epsilon)) / standardNormal(0);
  const own = ticks(low, high, 4);
  const [from, to] = [place(low, -end, end), place(high, -end, end)];
  return svg`
    <path class="zoom" d=${`M${from},${OVERVIEW}L${LEFT},${NOISE}H${RIGHT}L${to},${OVERVIEW}Z`}></path>
    <path class="prior" d=${bell(0, 1, end, OVERVIEW, PEAK_OVERVIEW)}></path>
    <path class="posterior needle" d=${bell(mu, sigma, end, OVERVIEW, PEAK_OVERVIEW)}></path>
    <line class="axis" x1=${LEFT} x2=${RIGHT} y1=${OVERVIEW} y2=${OVERVIEW}></line>
    ${ticks(-end, end, 5).values.map(
      (value) =>
        svg`<text x=${place(value, -end, end)} y=${OVERVIEW + 14}>${formatNumber(value, 0)}</text>`,
    )}
    <text class="letter of-z" x="8" y=${OVERVIEW + 4}>z</text>

    <path class="posterior" d=${bell(0, 1, REACH, BASE, PEAK)}></path>
    ${earlier.map((noise) => {
      const x = place(clamp(noise, -REACH, REACH), -REACH, REACH);
      return svg`<line class="earlier" x1=${x} x2=${x} y1=${BASE - 7} y2=${BASE}></line>`;
    })}
    <line class="axis" x1=${LEFT} x2=${RIGHT} y1=${NOISE} y2=${NOISE}></line>
    <line class="axis" x1=${LEFT} x2=${RIGHT} y1=${BASE} y2=${BASE}></line>
    <line class="draw" x1=${at} x2=${at} y1=${NOISE} y2=${BASE}></line>
    <circle class="draw" cx=${at} cy=${height} r="4"></circle>
    ${[-3, -2, -1, 0, 1, 2, 3].map((value) => {
      const x = place(value, -REACH, REACH);
      return svg`<line class="axis" x1=${x} x2=${x} y1=${NOISE - 3} y2=${NOISE + 3}></line>
        <text x=${x} y=${NOISE - 14}>${formatNumber(value, 0)}</text>`;
    })}
    ${own.values.map((value) => {
      const x = place(value, low, high);
      return svg`<line class="axis" x1=${x} x2=${x} y1=${BASE} y2=${BASE + 4}></line>
        <text x=${x} y=${BASE + 17}>${formatNumber(value, own.decimals)}</text>`;
    })}
    <text class="letter of-epsilon" x="8" y=${NOISE + 4}>ε</text>
    <text class="letter of-z" x="8" y=${BASE + 4}>z</text>`;
}
