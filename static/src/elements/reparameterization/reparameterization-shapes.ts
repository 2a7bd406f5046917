// What <reparameterization-diagram> draws: the Gaussians of a latent, and where gradients can go.
import { nothing, type SVGTemplateResult, svg } from "lit";
import { clamp, formatNumber, ticks } from "../../core/geometry/viewport";
import { standardNormal } from "../../core/latent/posterior";

/** One latent of q(z|x), the noise drawn for it, and the noise drawn before. */
export interface LatentDraw {
  readonly mu: number;
  readonly sigma: number;
  readonly epsilon: number;
  readonly earlier: readonly number[];
}

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
function place(value: number, low: number, high: number): number {
  return LEFT + ((RIGHT - LEFT) * (value - low)) / (high - low);
}

/** The outline of a bell, drawn to its own height. */
function bell(mean: number, deviation: number, end: number, base: number, peak: number): string {
  const steps = 64;
  const points = Array.from({ length: steps + 1 }, (_, i) => {
    const noise = REACH * ((2 * i) / steps - 1);
    const x = place(mean + deviation * noise, -end, end);
    const y = base - (peak * standardNormal(noise)) / standardNormal(0);
    return `${x.toFixed(2)},${y.toFixed(2)}`;
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
  const from = place(low, -end, end);
  const to = place(high, -end, end);
  return svg`
    <path class="zoom" d=${`M${from},${OVERVIEW}L${LEFT},${NOISE}H${RIGHT}L${to},${OVERVIEW}Z`}></path>
    <path class="prior" d=${bell(0, 1, end, OVERVIEW, PEAK_OVERVIEW)}></path>
    <path class="posterior needle" d=${bell(mu, sigma, end, OVERVIEW, PEAK_OVERVIEW)}></path>
    <line class="axis" x1=${LEFT} x2=${RIGHT} y1=${OVERVIEW} y2=${OVERVIEW}></line>
    ${ticks(-end, end, 5).values.map(
      (value) =>
        svg`<text x=${place(value, -end, end)} y=${OVERVIEW + 14}>${formatNumber(value, 0)}</text>`,
    )}
    <text class="letter" x="8" y=${OVERVIEW + 4}>z</text>

    <path class="posterior" d=${bell(0, 1, REACH, BASE, PEAK)}></path>
    ${earlier.map((noise) => {
      const x = place(clamp(noise, -REACH, REACH), -REACH, REACH);
      return svg`<line class="earlier" x1=${x} x2=${x} y1=${BASE - 7} y2=${BASE}></line>`;
    })}
    <line class="axis" x1=${LEFT} x2=${RIGHT} y1=${NOISE} y2=${NOISE}></line>
    <line class="axis" x1=${LEFT} x2=${RIGHT} y1=${BASE} y2=${BASE}></line>
    <line class="draw" x1=${at} x2=${at} y1=${NOISE} y2=${BASE}></line>
    <circle class="draw" cx=${at} cy=${height} r="4"></circle>
    ${[-3, -2, -1, 0, 1, 2, 3].map(
      (
        value,
      ) => svg`<line class="axis" x1=${place(value, -REACH, REACH)} x2=${place(value, -REACH, REACH)}
          y1=${NOISE - 3} y2=${NOISE + 3}></line>
        <text x=${place(value, -REACH, REACH)} y=${NOISE - 14}>${formatNumber(value, 0)}</text>`,
    )}
    ${own.values.map(
      (value) => svg`<line class="axis" x1=${place(value, low, high)} x2=${place(value, low, high)}
          y1=${BASE} y2=${BASE + 4}></line>
        <text x=${place(value, low, high)} y=${BASE + 17}>${formatNumber(value, own.decimals)}</text>`,
    )}
    <text class="letter" x="8" y=${NOISE + 4}>ε</text>
    <text class="letter" x="8" y=${BASE + 4}>z</text>`;
}

type Place = readonly [x: number, y: number];

export const GRAPH_WIDTH = 340;
export const GRAPH_HEIGHT = 140;
const MU: Place = [26, 26];
const SIGMA: Place = [26, 78];
const NOISE_NODE: Place = [212, 122];
const Z: Place = [212, 52];
const LOSS: Place = [312, 52];
/** Half the width of the node z. */
const HALF = 46;

function node([x, y]: Place, text: string, half: number, kind: string): SVGTemplateResult {
  return svg`<rect class=${kind} x=${x - half} y=${y - 15} width=${2 * half} height="30"
      rx=${kind.includes("random") ? 15 : 4}></rect>
    <text class="node" x=${x} y=${y + 4}>${text}</text>`;
}

/** Half the room between an arrow and the one that comes back. */
const GAP = 3.5;

/** An arrow forward and, where a gradient can pass, one back beside it. */
function edge(from: Place, to: Place, gradient: "flows" | "ends" | "none"): SVGTemplateResult {
  // Drawn from left to right, and turned.
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
  const angle = (Math.atan2(to[1] - from[1], to[0] - from[0]) * 180) / Math.PI;
  const half = length / 2;
  const forth = gradient === "none" ? 0 : -GAP;
  const back = { flows: `M${length},${GAP}H0`, ends: `M${length},${GAP}H${half}`, none: "" };
  const arrow = gradient === "flows" ? "url(#back)" : nothing;
  const cross = `M${half - 5},${GAP - 5}l10,10m0,-10l-10,10`;
  return svg`<g transform=${`translate(${from}) rotate(${angle})`}>
    <path class="forward" d=${`M0,${forth}H${length}`} marker-end="url(#forward)"></path>
    <path class="back" d=${back[gradient]} marker-end=${arrow}></path>
    <path class="stop" d=${gradient === "ends" ? cross : ""} transform=${`rotate(${-angle} ${half} ${GAP})`}></path>
  </g>`;
}

/** In the first graph; the second one, in the same shadow tree, uses them too. */
const arrowHeads = svg`<defs>
  ${["forward", "back"].map(
    (name) => svg`<marker id=${name} class=${name} viewBox="0 0 8 8" refX="7" refY="4"
      markerWidth="7" markerHeight="7" orient="auto"><path d="M0,0L8,4L0,8Z"></path></marker>`,
  )}
</defs>`;

/** z drawn from N(μ, σ²) itself: what the gradient meets is a draw, and there it ends. */
export function drawnDirectly(): SVGTemplateResult {
  return svg`${arrowHeads}
    ${edge([44, MU[1]], [166, Z[1] - 7], "ends")} ${edge([44, SIGMA[1]], [166, Z[1] + 7], "ends")}
    ${edge([258, Z[1]], [288, LOSS[1]], "flows")}
    ${node(MU, "μ", 18, "box")} ${node(SIGMA, "σ", 18, "box")}
    ${node(Z, "z ~ N(μ, σ²)", HALF, "box random")} ${node(LOSS, "loss", 24, "box")}
    <text class="note" x="212" y="90">a draw has no derivative</text>`;
}

/** z computed from noise drawn elsewhere: the gradient passes, and its factors are at hand. */
export function reparameterized(epsilon: number): SVGTemplateResult {
  return svg`${edge([44, MU[1]], [166, Z[1] - 7], "flows")} ${edge([44, SIGMA[1]], [166, Z[1] + 7], "flows")}
    ${edge([NOISE_NODE[0], NOISE_NODE[1] - 15], [Z[0], Z[1] + 15], "none")}
    ${edge([258, Z[1]], [288, LOSS[1]], "flows")}
    ${node(MU, "μ", 18, "box")} ${node(SIGMA, "σ", 18, "box")}
    ${node(NOISE_NODE, "ε", 18, "box random")}
    ${node(Z, "z = μ + σ · ε", HALF, "box")} ${node(LOSS, "loss", 24, "box")}
    <text class="factor" x="108" y="20">∂z / ∂μ = 1</text>
    <text class="factor sigma" x="112" y="98">∂z / ∂σ = ε = ${formatNumber(epsilon, 2)}</text>
    <text class="note" x="288" y="126">nothing to learn</text>`;
}
