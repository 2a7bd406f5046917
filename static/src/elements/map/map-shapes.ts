// The SVG layers over the points of a map, one function each.
import { nothing, type SVGTemplateResult, svg } from "lit";
import { type EdgeArrow, edgeArrow } from "../../core/geometry/edge-arrow";
import { type Contour, type Covariance, contourOf, outlineOf } from "../../core/geometry/gaussians";
import { along } from "../../core/geometry/path";
import { PLAIN, UNIT_SQUARE } from "../../core/geometry/quantiles";
import {
  formatNumber,
  type Point,
  ticks,
  toPixel,
  unitsPerPixel,
  type View,
} from "../../core/geometry/viewport";
import { classColour } from "../shared-styles";
import type { LatentMap } from "./latent-map";
import { isDimmed, MOST_CLASSES, namedClasses, names } from "./map-names";

/** A class as a Gaussian, drawn at one and at two standard deviations. */
export interface ClassEllipse {
  readonly label: number;
  readonly mean: Point;
  readonly covariance: Covariance;
}

/** From the lowest up. */
const LAYERS = {
  axes,
  density,
  prior,
  circle,
  ellipses,
  targets,
  names,
  path,
  posterior,
  drawing,
  lasso,
};

/** The layers that are on. */
export function overlay(map: LatentMap) {
  return Object.entries(LAYERS).map(([name, draw]) => (map.isOn(name) ? draw(map) : nothing));
}

/** Rightwards, around its middle. */
export const EDGE_ARROW = "M10,0L-6,-7L-6,7Z";

/** Pixels between two ticks, about, and the corner that tick labels leave free. */
const TICK_SPACING = 90;
const FEWEST_TICKS = 5;
const CORNER = 38;
/** Pixels between two tick labels, at least. */
const LABEL_SPACING = 34;
/** How many times as many ticks a warped axis has, at most. */
const MOST_STRETCHED = 8;

/** The two zero lines, ticks along the left and the lower edge, and the names of the axes. */
function axes(map: LatentMap): Drawing {
  const { axisNames, warp } = map;
  const { width, height } = map.size;
  const [x0, y0] = map.pixelOf([0, 0]);
  const across = ticksAlong(
    width,
    (share) => map.zAt([share * width, 0])[0],
    (value) => map.pixelOf([value, 0])[0],
  );
  const up = ticksAlong(
    height,
    (share) => map.zAt([0, (1 - share) * height])[1],
    (value) => map.pixelOf([0, value])[1],
  );
  const kind = axisNames[0] === "z₁" ? "tick axis" : "tick"; // words stand upright
  return svg`
    <line class="zero" x1=${x0} x2=${x0} y1="0" y2=${height}></line>
    <line class="zero" x1="0" x2=${width} y1=${y0} y2=${y0}></line>
    ${warp === PLAIN ? nothing : unitSquare(map)}
    ${across.map(
      ([x, label]) => svg`<line class="tick" x1=${x} x2=${x} y1=${height - 5} y2=${height}></line>
        ${label === null ? nothing : svg`<text class="tick" x=${x} y=${height - 9} text-anchor="middle">${label}</text>`}`,
    )}
    ${up.map(
      ([y, label]) => svg`<line class="tick" x1="0" x2="5" y1=${y} y2=${y}></line>
        ${label === null ? nothing : svg`<text class="tick" x="9" y=${y} dy="0.35em">${label}</text>`}`,
    )}
    <text class=${kind} x=${width - 8} y=${height - 9} text-anchor="end">${axisNames[0]}</text>
    <text class=${kind} x="8" y="17">${axisNames[1]}</text>`;
}

/**
 * Returns the pixel and the label of each tick along an axis of `length` px.
 *
 * @param valueAt the value at a share of the axis, upwards.
 * @returns the label null where it has no room.
 */
function ticksAlong(
  length: number,
  valueAt: (share: number) => number,
  pixelOf: (value: number) => number,
): [pixel: number, label: string | null][] {
  const [low, high] = [valueAt(0), valueAt(1)];
  // A warped axis has its ticks as close as they may be in its middle half.
  const most = Math.max(FEWEST_TICKS, length / TICK_SPACING);
  const stretch = (high - low) / 2 / (valueAt(0.75) - valueAt(0.25));
  const { values, decimals } = ticks(low, high, most * Math.min(stretch, MOST_STRETCHED));
  const labelled: number[] = [];
  // The outermost labels yield to those further in.
  const inwards = [...values].sort((a, b) => Math.abs(a) - Math.abs(b));
  return inwards.map((value) => {
    const pixel = pixelOf(value);
    const isClear = labelled.every((other) => Math.abs(other - pixel) >= LABEL_SPACING);
    if (pixel <= CORNER || pixel >= length - CORNER || !isClear) return [pixel, null];
    labelled.push(pixel);
    return [pixel, formatNumber(value, decimals)];
  });
}

/** The edge of all that quantiles can be. */
function unitSquare(map: LatentMap): SVGTemplateResult {
  const [x, y, side] = squareOn(map, UNIT_SQUARE);
  return svg`<path class="unit" d=${`M${x},${y}h${side}v${side}h${-side}Z`}></path>`;
}

/** The left and top edge of a square view, and its side, in pixels of the map. */
function squareOn({ view, size }: LatentMap, { centre: [x, y], scale }: View) {
  const [left, top] = toPixel(view, size, [x - scale / 2, y + scale / 2]);
  return [left, top, scale / unitsPerPixel(view, size)] as const;
}

type Drawing = SVGTemplateResult | typeof nothing;

/** Contours, scaled as they are, and made anew only for other points. */
function density(map: LatentMap): Drawing {
  if (map.density === null) return nothing;
  const { view, side, paths } = map.density;
  const [x, y, across] = squareOn(map, view);
  return svg`<svg class="density" x=${x} y=${y} width=${across} height=${across} viewBox=${`0 0 ${side} ${side}`}>
    ${paths.map((d) => svg`<path d=${d}></path>`)}
  </svg>`;
}

/** A line of a kind, on a halo that keeps it apart from the points. */
const haloed = (kind: string, line: (kind: string) => SVGTemplateResult): SVGTemplateResult =>
  svg`${line("halo")}${line(kind)}`;

const haloedPath = (kind: string, d: string): SVGTemplateResult =>
  haloed(kind, (name) => svg`<path class=${name} d=${d}></path>`);

/** A contour on the map: an ellipse, unless z is warped. */
function contour(map: LatentMap, of: Contour, deviations = 1): (kind: string) => SVGTemplateResult {
  if (map.warp !== PLAIN) {
    const d = `${lineThrough(outlineOf(of, deviations).map((z) => map.pixelOf(z)))}Z`;
    return (kind) => svg`<path class=${kind} d=${d}></path>`;
  }
  const [x, y] = map.pixelOf(of.mean);
  const [rx, ry] = of.radii.map(
    (radius) => (deviations * radius) / unitsPerPixel(map.view, map.size),
  );
  // Data y points up, and so do angles; on the screen both are turned over.
  const turn = `rotate(${(-of.angle * 180) / Math.PI} ${x} ${y})`;
  return (kind) =>
    svg`<ellipse class=${kind} cx=${x} cy=${y} rx=${rx} ry=${ry} transform=${turn}></ellipse>`;
}

const lineThrough = (places: readonly Point[]): string =>
  `M${places.map(([x, y]) => `${x.toFixed(2)},${y.toFixed(2)}`).join("L")}`;

/** A Gaussian at one and at two standard deviations. */
const contours = (map: LatentMap, of: Contour): SVGTemplateResult[] =>
  [2, 1].map((n) => svg`<g class=${`sigma-${n}`}>${haloed(`sd-${n}`, contour(map, of, n))}</g>`);

/** The drawing's mean, and the contours of its standard deviations, to scale. */
function drawing(map: LatentMap): Drawing {
  if (map.ellipse === null) return nothing;
  const { mu, sigma } = map.ellipse;
  const place = map.pixelOf(mu);
  const arrow = edgeArrow(place, map.size);
  const [x, y] = arrow?.at ?? place;
  // Its name stands towards the middle of the map where the mark is at its edge.
  const dx = arrow !== null && x > map.size.width / 2 ? -22 : 7;
  const dy = arrow !== null && y < map.size.height / 2 ? 16 : -7;
  return svg`
    <g class="posterior">${contours(map, { mean: mu, radii: sigma, angle: 0 })}</g>
    ${arrow === null ? svg`<circle class="mu" cx=${x} cy=${y} r="3"></circle>` : edge(arrow)}
    <text class="mu" x=${x + dx} y=${y + dy}>µ</text>`;
}

/** Points to a mark beyond the map's edge. */
const edge = ({ at: [x, y], angle }: EdgeArrow): SVGTemplateResult =>
  svg`<path class="edge" d=${EDGE_ARROW} transform=${`translate(${x} ${y}) rotate(${angle})`}></path>`;

const BEST_ARM = 5;

/** A cross at the highest point of the true posterior, whose mass may be less than a pixel wide. */
function posterior(map: LatentMap): Drawing {
  if (map.posterior === null) return nothing;
  const [x, y] = map.pixelOf(map.posterior.best);
  const [left, right, top, bottom] = [x - BEST_ARM, x + BEST_ARM, y - BEST_ARM, y + BEST_ARM];
  return haloedPath("best", `M${left},${top}L${right},${bottom}M${left},${bottom}L${right},${top}`);
}

/** Shares of N(0, I) within its contours. */
const PRIOR_SHARES = [0.5, 0.9, 0.99];

/** Contours of the prior's density; a circle of radius r holds 1 − exp(−r²/2) of it. */
function prior(map: LatentMap): Drawing {
  if (!map.hasNormalPrior) return nothing;
  return svg`${PRIOR_SHARES.map((share) => {
    const radius = Math.sqrt(-2 * Math.log(1 - share));
    const [x, y] = map.pixelOf([radius * Math.SQRT1_2, radius * Math.SQRT1_2]);
    return svg`${haloed("prior", contour(map, { mean: [0, 0], radii: [radius, radius], angle: 0 }))}
      <text class="prior" x=${x} y=${y} dy="0.35em" text-anchor="middle">${Math.round(100 * share)} %</text>`;
  })}`;
}

function circle(map: LatentMap): Drawing {
  if (map.circle === null) return nothing;
  const { centre, radius } = map.circle;
  return haloed("circle", contour(map, { mean: centre, radii: [radius, radius], angle: 0 }));
}

/** Each class at one and two standard deviations, in its colour. */
function ellipses(map: LatentMap): Drawing {
  const isDrawn = outlinedClasses(map);
  return svg`${map.ellipses.filter(isDrawn).map(({ label, mean, covariance }) => {
    const dimmed = isDimmed(map, label) ? " dimmed" : "";
    // Darker on light and lighter on dark than its points: a thin line has to be read.
    const colour = `--mark: color-mix(in oklab, ${classColour(label)} 75%, var(--text, #1a1a1a))`;
    return svg`<g class=${`ellipse class-${label}${dimmed}`} .style=${colour}>
      ${contours(map, contourOf(mean, covariance))}
    </g>`;
  })}`;
}

/** Which ellipses are drawn: all, or of many classes the isolated ones, or those that are named. */
function outlinedClasses(map: LatentMap): (ellipse: ClassEllipse) => boolean {
  if (map.ellipses.length <= MOST_CLASSES) return () => true;
  const named = new Set(namedClasses(map).map(({ label }) => label));
  return ({ label }) => named.has(label);
}

const TARGET_ARM = 7;

/** A cross at the mean that each class was given. */
function targets(map: LatentMap): Drawing {
  return svg`${map.targets.map((target) => {
    const [x, y] = map.pixelOf(target);
    const d = `M${x - TARGET_ARM},${y}H${x + TARGET_ARM}M${x},${y - TARGET_ARM}V${y + TARGET_ARM}`;
    return haloedPath("target", d);
  })}`;
}

/** The outline that selects, or has selected. */
function lasso(map: LatentMap): Drawing {
  const { outline } = map.lassoTool;
  if (outline.length === 0) return nothing;
  const d = outline.map((corner) => map.pixelOf(corner).join(","));
  return haloedPath("lasso", `M${d.join("L")}Z`);
}

function path(map: LatentMap): Drawing {
  const { path } = map;
  const [first, last] = [path?.points[0], path?.points.at(-1)];
  if (path === null || first === undefined || last === undefined) return nothing;
  const end = (point: Point, name: string): SVGTemplateResult => {
    const [x, y] = map.pixelOf(point);
    return svg`<g class="end"><circle cx=${x} cy=${y} r="10"></circle>
      <text x=${x} y=${y} dy="0.35em" text-anchor="middle">${name}</text></g>`;
  };
  const marker = path.at === null ? null : map.pixelOf(along(path.points, path.at));
  return svg`${haloedPath("path", lineThrough(path.points.map((point) => map.pixelOf(point))))}
    ${end(first, "A")} ${path.points.length > 1 ? end(last, "B") : nothing}
    ${marker === null ? nothing : svg`<circle class="marker" cx=${marker[0]} cy=${marker[1]} r="5"></circle>`}`;
}
