// Which layers a model's map can show, and the shapes of those that come from its statistics.

import type { Covariance } from "../geometry/gaussians";
import { widen } from "../geometry/gaussians";
import type { Point } from "../geometry/viewport";
import type { LayerState } from "../link/link-values";
import type { Model } from "../release/manifest";
import type { ClassRow, Statistics } from "../release/release";

/** The layers that a reader can switch, in the order to offer them. */
const ORDER = [
  "points",
  "density",
  "names",
  "regions",
  "ellipses",
  "targets",
  "circle",
  "lattice",
] as const;
export type LayerName = (typeof ORDER)[number];

/** What a map shows before anyone has switched. */
export const FIRST_LAYERS: Readonly<Record<LayerName, boolean>> = {
  points: true,
  density: false,
  names: true,
  regions: false,
  ellipses: false,
  targets: false,
  circle: false,
  lattice: false,
};

/** Returns what is switched otherwise than at first; null: nothing. */
export function switchedFrom(first: LayerState, on: LayerState): LayerState | null {
  const switched = Object.entries(on).filter(([name, is]) => is !== first[name]);
  return switched.length > 0 ? Object.fromEntries(switched) : null;
}

/** Returns the layers that at least one of the models has, in order. */
export function layersOf(...models: Model[]): LayerName[] {
  return ORDER.filter((layer) => models.some((model) => has(model, layer)));
}

function has(model: Model, layer: LayerName): boolean {
  if (layer === "regions") return model.regions !== undefined;
  // The circle lies in the plane of the first two latents, which is the map's only where d = 2.
  if (layer === "circle") return model.latent_size === 2;
  if (layer === "targets") return model.kind === "target-means-vae" && model.latent_size === 2;
  return true;
}

export interface StatisticsShapes {
  readonly ellipses: { label: number; mean: Point; covariance: Covariance }[];
  readonly circle: { centre: Point; radius: number } | null;
  readonly targets: Point[];
}

/** Returns what the statistics of a model lay over its map. */
export function shapesOf(model: Model, statistics: Statistics): StatisticsShapes {
  const flat = model.latent_size === 2;
  const { centre, radius } = statistics.circle;
  return {
    ellipses: statistics.splits.train.flatMap((row) => {
      const gaussian = flat ? inLatents(row) : onMap(row);
      return gaussian === null ? [] : [{ label: row.label, ...gaussian }];
    }),
    circle: flat ? { centre, radius } : null,
    targets: flat ? ((statistics.targets ?? []) as unknown as Point[]) : [],
  };
}

interface Gaussian {
  mean: Point;
  covariance: Covariance;
}

/** A class's aggregate posterior where d = 2: cov μ + mean σ². */
function inLatents({ mean, covariance, posterior_variance }: ClassRow): Gaussian | null {
  if (covariance === undefined) return null;
  return {
    mean: mean as unknown as Point,
    covariance: widen(covariance, posterior_variance ?? []),
  };
}

/** The same on the PCA plane. */
function onMap({ plane }: ClassRow): Gaussian | null {
  if (plane === undefined) return null;
  const { mean, covariance: mu, posterior_covariance: sigma } = plane;
  const sum = (row: 0 | 1, column: 0 | 1): number => mu[row][column] + (sigma?.[row][column] ?? 0);
  return {
    mean,
    covariance: [
      [sum(0, 0), sum(0, 1)],
      [sum(1, 0), sum(1, 1)],
    ],
  };
}
