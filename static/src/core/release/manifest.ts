// The manifest of a release, as the page needs it: its types, and reading it from JSON.

import type { View } from "../geometry/viewport";
import type { LatticeSites } from "../latent/tile-lattice";

export interface FileEntry {
  url: string;
  sha256: string;
  bytes: number;
}

export interface Model {
  id: string;
  title: string;
  kind: string;
  dataset: string;
  latent_size: number;
  image: { height: number; width: number; channels: number };
  classes: number;
  class_names: string[];
  condition: "none" | "decoder" | "both";
  decoder: FileEntry;
  /** Absent where images cannot be encoded: the points of the map were given. */
  encoder?: FileEntry;
  means: FileEntry;
  view: View;
  picture?: FileEntry;
  /** Decoded tiles from which the page blends until the model has loaded. */
  lattice?: FileEntry & LatticeSites;
  prepared: { z: number[]; label: number | null; image?: FileEntry };
  /** What the page's scripts show; absent where it does not apply. */
  metrics: {
    test_elbo?: number;
    log_likelihood?: number;
    reconstruction?: number;
    kl?: number;
    squared_error?: number;
    parameters?: { encoder?: number; decoder: number };
  };
  /** Where latent_size > 2. */
  projections?: { pca: FileEntry; tsne?: FileEntry };
  statistics?: FileEntry;
  prior?: FileEntry;
  tiles?: FileEntry;
  curves?: FileEntry;
  report?: FileEntry;
  regions?: FileEntry;
  trace?: FileEntry;
  /** Of a model of faces. */
  attributes?: FileEntry;
  examples?: FileEntry;
}

export interface Manifest {
  format: number;
  release: string;
  palette: string[];
  models: Model[];
  datasets: Record<string, { raw_tsne?: FileEntry }>;
  study?: FileEntry;
  rate_distortion?: { measured: FileEntry; trace: FileEntry };
}

/**
 * Reads a manifest.
 *
 * @throws Error when it is not of format 1, which this page was written for.
 */
export function parseManifest(json: string): Manifest {
  const manifest = JSON.parse(json) as Manifest;
  if (manifest.format !== 1 || !Array.isArray(manifest.models)) {
    throw new Error("This page cannot read the release it was given.");
  }
  return {
    ...manifest,
    models: manifest.models.map(complete),
    datasets: manifest.datasets ?? {},
  };
}

type Optional = "metrics" | "prepared" | "classes" | "class_names";

/** A model of the user's own may leave out metrics, classes, and what its map opens with. */
function complete(model: Omit<Model, Optional> & Partial<Pick<Model, Optional>>): Model {
  const { class_names: names = [], latent_size, condition } = model;
  const classes = model.classes || names.length || 1;
  const numbered = Array.from({ length: classes }, (_, label) => String(label));
  return {
    metrics: {},
    prepared: { z: Array(latent_size).fill(0), label: condition === "none" ? null : 0 },
    ...model,
    classes,
    class_names: names.length > 0 ? names : classes > 1 ? numbered : ["all images"],
  };
}

/** Returns the number of values in one of the model's images, H×W×C. */
export function imageSize(model: Model): number {
  return model.image.height * model.image.width * model.image.channels;
}

/** Returns what one of the model's images is called, as webapp/article/own_models.py does. */
export const nounOf = ({ dataset }: Model): string => (dataset === "mnist" ? "digit" : "image");
