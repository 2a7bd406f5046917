// The manifest of a release, as the page needs it: its types, and reading it from JSON.

import type { View } from "../geometry/viewport";

export interface FileEntry {
  url: string;
  sha256: string;
  bytes: number;
}

export type Condition = "none" | "decoder" | "both";

/** The numbers of a model that the page's scripts show; absent where they do not apply. */
export interface Metrics {
  test_elbo?: number;
  log_likelihood?: number;
  reconstruction?: number;
  kl?: number;
  importance_samples?: number;
  squared_error: number;
  nearest_mean_accuracy: number;
  train_images: number;
  epochs: number;
  seed: number;
  commit: string | null;
  parameters: { encoder: number; decoder: number };
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
  condition: Condition;
  decoder: FileEntry;
  encoder: FileEntry;
  means: FileEntry;
  view: View;
  picture: FileEntry;
  prepared: { z: number[]; label: number | null; image: FileEntry };
  metrics: Metrics;
  /** Where latent_size > 2. */
  projections?: { pca: FileEntry; tsne?: FileEntry };
  statistics: FileEntry;
  prior: FileEntry;
  tiles: FileEntry;
  curves: FileEntry;
  report: FileEntry;
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
  return { ...manifest, datasets: manifest.datasets ?? {} };
}

/** Returns the model called `id`, or undefined where the release has none. */
export function findModel(manifest: Manifest, id: string): Model | undefined {
  return manifest.models.find((model) => model.id === id);
}

/** Returns the number of values in one of the model's images, H×W×C. */
export function imageSize(model: Model): number {
  return model.image.height * model.image.width * model.image.channels;
}
