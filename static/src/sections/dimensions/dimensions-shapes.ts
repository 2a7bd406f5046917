// The Gaussians on the map of section "dimensions": the classes', and that of the image at hand.

import { project, projectVariance } from "../../core/latent/plane";
import { shapesOf } from "../../core/points/map-layers";
import type { Model } from "../../core/release/manifest";
import type { Statistics } from "../../core/release/release";
import type { ClassEllipse } from "../../elements/map/map-shapes";
import type { Sample } from "./dimensions-tiles";

/**
 * @param sample the image whose posterior lies on the map; null: none.
 * @param classes whether the reader has switched on the classes'.
 */
export function ellipsesOf(
  model: Model,
  statistics: Statistics,
  sample: Sample | null,
  classes: boolean,
): ClassEllipse[] {
  const ellipses: ClassEllipse[] = classes ? [...shapesOf(model, statistics).ellipses] : [];
  const { plane } = statistics;
  const sigma = sample?.posterior.sigma ?? null;
  if (sample === null || sigma === null || plane === undefined) return ellipses;
  // As a Gaussian of the image's own class, in that class's colour.
  ellipses.push({
    label: sample.label ?? 0,
    mean: project(plane, sample.posterior.mu),
    covariance: projectVariance(
      plane,
      Array.from(sigma, (one) => one * one),
    ),
  });
  return ellipses;
}
