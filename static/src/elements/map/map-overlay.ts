// The SVG layers over the points, one function each, listed from the lowest up.
import { nothing, type SVGTemplateResult, svg } from "lit";
import {
  boundsOfView,
  formatNumber,
  type Point,
  ticks,
  toPixel,
  unitsPerPixel,
} from "../../core/geometry/viewport";
import type { ClassStatistics } from "../../core/points/points";
import { circle, contours, density, ellipses, path, type ShapeData, targets } from "./map-shapes";

/** A drawing's posterior: its mean and standard deviations along the two axes, latent units. */
export interface Ellipse {
  readonly mu: Point;
  readonly sigma: Point;
}

/** Everything a layer may draw from. */
export interface OverlayData extends ShapeData {
  readonly means: readonly ClassStatistics[];
  readonly classNames: readonly string[];
  readonly axisNames: readonly [string, string];
  readonly ellipse: Ellipse | null;
}

interface OverlayLayer {
  readonly name: string;
  draw(data: OverlayData): SVGTemplateResult | typeof nothing;
}

export const OVERLAY_LAYERS: readonly OverlayLayer[] = [
  { name: "axes", draw: axes },
  { name: "density", draw: density },
  { name: "circle", draw: circle },
  { name: "ellipses", draw: ellipses },
  { name: "targets", draw: targets },
  { name: "names", draw: names },
  { name: "path", draw: path },
  { name: "drawing", draw: drawing },
];

/** Pixels between two ticks, about, and the corner that tick labels leave free. */
const TICK_SPACING = 90;
const FEWEST_TICKS = 5;
const CORNER = 38;

/** The two zero lines, ticks along the left and the lower edge, and the names of the axes. */
function axes({ view, size, axisNames }: OverlayData): SVGTemplateResult {
  const { width, height } = size;
  const { min, max } = boundsOfView(view, size);
  const across = ticks(min[0], max[0], Math.max(FEWEST_TICKS, width / TICK_SPACING));
  const along = ticks(min[1], max[1], Math.max(FEWEST_TICKS, height / TICK_SPACING));
  const [x0, y0] = toPixel(view, size, [0, 0]);
  return svg`
    <line class="zero" x1=${x0} x2=${x0} y1="0" y2=${height}></line>
    <line class="zero" x1="0" x2=${width} y1=${y0} y2=${y0}></line>
    ${across.values.map((value) => {
      const x = toPixel(view, size, [value, 0])[0];
      const label = x > CORNER && x < width - CORNER;
      return svg`<line class="tick" x1=${x} x2=${x} y1=${height - 5} y2=${height}></line>
        ${label ? svg`<text class="tick" x=${x} y=${height - 9} text-anchor="middle">${formatNumber(value, across.decimals)}</text>` : nothing}`;
    })}
    ${along.values.map((value) => {
      const y = toPixel(view, size, [0, value])[1];
      const label = y > CORNER && y < height - CORNER;
      return svg`<line class="tick" x1="0" x2="5" y1=${y} y2=${y}></line>
        ${label ? svg`<text class="tick" x="9" y=${y} dy="0.35em">${formatNumber(value, along.decimals)}</text>` : nothing}`;
    })}
    <text class="axis" x=${width - 8} y=${height - 9} text-anchor="end">${axisName(axisNames[0])}</text>
    <text class="axis" x="8" y="17">${axisName(axisNames[1])}</text>`;
}

/** "z1" → an italic z with its index below the line; any other name as it is. */
function axisName(name: string): SVGTemplateResult {
  const [, letter, index] = /^(\p{L})(\d+)$/u.exec(name) ?? [];
  if (letter === undefined) return svg`<tspan class="words">${name}</tspan>`;
  return svg`${letter}<tspan class="index" dy="3">${index}</tspan>`;
}

/** The name of each class, at its mean. */
function names({ view, size, means, classNames, isolated }: OverlayData): SVGTemplateResult {
  const places = spread(means.map(({ mean }) => toPixel(view, size, mean)));
  return svg`${means.map(({ label }, i) => {
    const [x, y] = places[i] as Point;
    const dimmed = isolated.length > 0 && !isolated.includes(label);
    return svg`<text class=${dimmed ? "name dimmed" : "name"} x=${x} y=${y} dy="0.35em"
      text-anchor="middle">${classNames[label] ?? label}</text>`;
  })}`;
}

/** The drawing's mean, and the contours of one and two standard deviations, to scale. */
function drawing({ view, size, ellipse }: OverlayData): SVGTemplateResult | typeof nothing {
  if (ellipse === null) return nothing;
  const [x, y] = toPixel(view, size, ellipse.mu);
  const units = unitsPerPixel(view, size);
  const [rx, ry] = [ellipse.sigma[0] / units, ellipse.sigma[1] / units];
  return svg`
    <g class="posterior">${contours([x, y], [rx, ry])}</g>
    <circle class="mu" cx=${x} cy=${y} r="3"></circle>
    <text class="mu" x=${x + 7} y=${y - 7}>µ</text>`;
}

/** How near (px) two names may come, and how often they are pushed before they may stay. */
const APART = 17;
const PUSHES = 12;

/** Pushes names that would cover one another apart, each pair along the line between them. */
function spread(places: readonly Point[]): Point[] {
  const moved = places.map(([x, y]): [number, number] => [x, y]);
  for (let push = 0; push < PUSHES; push++) {
    for (const [i, a] of moved.entries()) {
      for (const b of moved.slice(i + 1)) {
        const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
        const distance = Math.hypot(dx, dy);
        if (distance >= APART) continue;
        const half = (APART - distance) / 2;
        const [ux, uy] = distance > 0 ? [dx / distance, dy / distance] : [1, 0];
        a[0] -= ux * half;
        a[1] -= uy * half;
        b[0] += ux * half;
        b[1] += uy * half;
      }
    }
  }
  return moved;
}
