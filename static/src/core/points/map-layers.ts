// Which layers a model's map can show, and the shapes of those that come from its statistics.

import { type Covariance, widen } from "../geometry/gaussians";
import type { Point } from "../geometry/viewport";
import type { LayerState } from "../link/link-values";
import type { Model } from "../release/manifest";
import type { ClassRow, Statistics } from "../release/release";

/** The layers that a reader can switch, in the order to offer them, and whether each is on at first. */
export const FIRST_LAYERS = {
  points: true,
  density: false,
  prior: false,
  names: true,
  regions: false,
  ellipses: false,
  targets: false,
  circle: false,
  lattice: false,
  quantiles: false,
};
type LayerName = keyof typeof FIRST_LAYERS;

/** Returns what is switched otherwise than at first; null: nothing. */
export function switchedFrom(first: LayerState, on: LayerState): LayerState | null {
  const switched = Object.entries(on).filter(([name, is]) => is !== first[name]);
  return switched.length > 0 ? Object.fromEntries(switched) : null;
}

/** Returns the layers that at least one of the models has, in order. */
export function layersOf(...models: Model[]): LayerName[] {
  const order = Object.keys(FIRST_LAYERS) as LayerName[];
  return order.filter((layer) => models.some((model) => has(model, layer)));
}

/** Whether the plane of a map has the prior N(0, I). */
export function hasNormalPrior({ kind, latent_size }: Model): boolean {
  return latent_size === 2 && kind !== "ae" && kind !== "target-means-vae";
}

function has(model: Model, layer: LayerName): boolean {
  if (layer === "prior" || layer === "quantiles") return hasNormalPrior(model);
  if (layer === "regions") return model.regions !== undefined;
  // The circle lies in the plane of the first two latents, which is the map's only where d = 2.
  if (layer === "circle") return model.latent_size === 2;
  if (layer === "targets") return model.kind === "target-means-vae" && model.latent_size === 2;
  return true;
}

interface Gaussian {
  mean: Point;
  covariance: Covariance;
}

/** Returns what the statistics of a model lay over its map. */
export function shapesOf(
  model: Model,
  statistics: Statistics,
): {
  ellipses: ({ label: number } & Gaussian)[];
  circle: { centre: Point; radius: number } | null;
  targets: Point[];
} {
  const flat = model.latent_size === 2;
  /** A model of the user's own may lack it. */
  const circle: Statistics["circle"] | undefined = statistics.circle;
  return {
    ellipses: gaussiansOf(model, statistics.splits.train),
    circle: flat && circle ? { centre: circle.centre, radius: circle.radius } : null,
    targets: flat ? ((statistics.targets ?? []) as unknown as Point[]) : [],
  };
}

/** Returns the aggregate posteriors of classes on their model's map: the spread of μ, and of q(z|x). */
export function gaussiansOf(
  { latent_size }: Model,
  rows: readonly ClassRow[],
): ({ label: number } & Gaussian)[] {
  return rows.flatMap((row) => {
    const gaussian = latent_size === 2 ? inLatents(row) : onMap(row);
    return gaussian === null ? [] : [{ label: row.label, ...gaussian }];
  });
}

/** A class's aggregate posterior where d = 2: cov μ + mean σ². */
function inLatents({ mean, covariance, posterior_variance }: ClassRow): Gaussian | null {
  const [x, y] = mean as [number, number];
  return covariance
    ? { mean: [x, y], covariance: widen(covariance, posterior_variance ?? []) }
    : null;
}

/** The same on the PCA plane. */
function onMap({ plane }: ClassRow): Gaussian | null {
  if (plane === undefined) return null;
  const { mean, covariance: mu, posterior_covariance: sigma } = plane;
  const sum = (row: 0 | 1): Point => [
    mu[row][0] + (sigma?.[row][0] ?? 0),
    mu[row][1] + (sigma?.[row][1] ?? 0),
  ];
  return { mean, covariance: [sum(0), sum(1)] };
}
