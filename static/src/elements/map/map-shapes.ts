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

/** A way over the map, from A to B, and how far along it a walker is (0…1; null: nowhere). */
export interface Path {
  readonly points: readonly Point[];
  readonly at: number | null;
}

/** What the shapes are drawn from; null or empty: there is none. */
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

export function circle({ view, size, circle }: ShapeData): Drawing {
  if (circle === null) return nothing;
  const [x, y] = toPixel(view, size, circle.centre);
  const radius = circle.radius / unitsPerPixel(view, size);
  return svg`<circle class="halo" cx=${x} cy=${y} r=${radius}></circle>
    <circle class="circle" cx=${x} cy=${y} r=${radius}></circle>`;
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
      ${[1, 2].map(
        (n) => svg`<ellipse class="halo" cx=${x} cy=${y} rx=${(n * radii[0]) / units}
            ry=${(n * radii[1]) / units}></ellipse>
          <ellipse class=${`sd-${n}`} cx=${x} cy=${y} rx=${(n * radii[0]) / units}
            ry=${(n * radii[1]) / units}></ellipse>`,
      )}
    </g>`;
  })}`;
}

const TARGET_ARM = 7;

/** A cross at the mean that each class was given. */
export function targets({ view, size, targets }: ShapeData): Drawing {
  return svg`${targets.map((target) => {
    const [x, y] = toPixel(view, size, target);
    const d = `M${x - TARGET_ARM},${y}H${x + TARGET_ARM}M${x},${y - TARGET_ARM}V${y + TARGET_ARM}`;
    return svg`<path class="halo" d=${d}></path><path class="target" d=${d}></path>`;
  })}`;
}

/** A way from A to B, and whoever walks on it. */
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
  const walker = path.at === null ? null : toPixel(view, size, along(path.points, path.at));
  return svg`<path class="halo" d=${d}></path><path class="way" d=${d}></path>
    ${end(first, "A")} ${path.points.length > 1 ? end(last, "B") : nothing}
    ${walker === null ? nothing : svg`<circle class="walker" cx=${walker[0]} cy=${walker[1]} r="5"></circle>`}`;
}
