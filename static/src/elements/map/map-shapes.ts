// The shapes that a section can lay over a map: density, circle, class ellipses, targets, a path.
import { nothing, type SVGTemplateResult, svg } from "lit";
import { type Covariance, contourOf } from "../../core/geometry/gaussians";
import { along } from "../../core/geometry/path";
import {
  type Point,
  type Size,
  toPixel,
  unitsPerPixel,
  type View,
} from "../../core/geometry/viewport";
import type { Density } from "../../core/points/density";

/** A class as a Gaussian, drawn at one and at two standard deviations. */
export interface ClassEllipse {
  readonly label: number;
  readonly mean: Point;
  readonly covariance: Covariance;
}

export interface Circle {
  readonly centre: Point;
  readonly radius: number;
}

/** A path over the map from A to B, and the position of a marker on it (0…1; null: none). */
export interface Path {
  readonly points: readonly Point[];
  readonly at: number | null;
}

/** The data of the shapes; null or empty where there is none. */
export interface ShapeData {
  readonly view: View;
  readonly size: Size;
  readonly isolated: readonly number[];
  readonly density: Density | null;
  readonly circle: Circle | null;
  readonly ellipses: readonly ClassEllipse[];
  readonly targets: readonly Point[];
  readonly path: Path | null;
}

type Drawing = SVGTemplateResult | typeof nothing;

/** Contours of the density; they are scaled as they are, and made anew only for other points. */
export function density({ view, size, density }: ShapeData): Drawing {
  if (density === null) return nothing;
  const { centre, scale } = density.view;
  const units = unitsPerPixel(view, size);
  const [x, y] = toPixel(view, size, [centre[0] - scale / 2, centre[1] + scale / 2]);
  const zoom = scale / units / density.side;
  return svg`<g class="density" transform=${`translate(${x} ${y}) scale(${zoom})`}>
    ${density.paths.map((d) => svg`<path d=${d}></path>`)}
  </g>`;
}

/** A line of a kind, on a halo that keeps it apart from the points. */
function haloed(kind: string, line: (kind: string) => SVGTemplateResult): SVGTemplateResult {
  return svg`${line("halo")}${line(kind)}`;
}

const haloedPath = (kind: string, d: string): SVGTemplateResult =>
  haloed(kind, (name) => svg`<path class=${name} d=${d}></path>`);

/** An ellipse at one and at two standard deviations, `radii` px wide and high at one. */
export function contours([x, y]: Point, [rx, ry]: Point): SVGTemplateResult[] {
  const line = (n: number) => (name: string) =>
    svg`<ellipse class=${name} cx=${x} cy=${y} rx=${n * rx} ry=${n * ry}></ellipse>`;
  return [2, 1].map((n) => svg`<g class=${`sigma-${n}`}>${haloed(`sd-${n}`, line(n))}</g>`);
}

export function circle({ view, size, circle }: ShapeData): Drawing {
  if (circle === null) return nothing;
  const [x, y] = toPixel(view, size, circle.centre);
  const r = circle.radius / unitsPerPixel(view, size);
  return haloed("circle", (name) => svg`<circle class=${name} cx=${x} cy=${y} r=${r}></circle>`);
}

/** Each class at one and two standard deviations, in its colour. */
export function ellipses({ view, size, ellipses, isolated }: ShapeData): Drawing {
  const units = unitsPerPixel(view, size);
  return svg`${ellipses.map(({ label, mean, covariance }) => {
    const { radii, angle } = contourOf(mean, covariance);
    const [x, y] = toPixel(view, size, mean);
    const dimmed = isolated.length > 0 && !isolated.includes(label) ? " dimmed" : "";
    // Data y points up, and so do angles; on the screen both are turned over.
    const turn = `rotate(${(-angle * 180) / Math.PI} ${x} ${y})`;
    return svg`<g class=${`ellipse class-${label}${dimmed}`} transform=${turn}>
      ${contours([x, y], [radii[0] / units, radii[1] / units])}
    </g>`;
  })}`;
}

const TARGET_ARM = 7;

/** A cross at the mean that each class was given. */
export function targets({ view, size, targets }: ShapeData): Drawing {
  return svg`${targets.map((target) => {
    const [x, y] = toPixel(view, size, target);
    const d = `M${x - TARGET_ARM},${y}H${x + TARGET_ARM}M${x},${y - TARGET_ARM}V${y + TARGET_ARM}`;
    return haloedPath("target", d);
  })}`;
}

/** A path from A to B, and the marker on it. */
export function path({ view, size, path }: ShapeData): Drawing {
  const [first, last] = [path?.points[0], path?.points.at(-1)];
  if (path === null || first === undefined || last === undefined) return nothing;
  const places = path.points.map((point) => toPixel(view, size, point));
  const d = `M${places.map(([x, y]) => `${x},${y}`).join("L")}`;
  const end = (point: Point, name: string): SVGTemplateResult => {
    const [x, y] = toPixel(view, size, point);
    return svg`<g class="end"><circle cx=${x} cy=${y} r="10"></circle>
      <text x=${x} y=${y} dy="0.35em" text-anchor="middle">${name}</text></g>`;
  };
  const marker = path.at === null ? null : toPixel(view, size, along(path.points, path.at));
  return svg`${haloedPath("way", d)}
    ${end(first, "A")} ${path.points.length > 1 ? end(last, "B") : nothing}
    ${marker === null ? nothing : svg`<circle class="marker" cx=${marker[0]} cy=${marker[1]} r="5"></circle>`}`;
}
