// The manifest of a release, as the page needs it: its types, and reading it from JSON.

import type { View } from "./viewport";

export interface FileEntry {
  url: string;
  sha256: string;
  bytes: number;
}

export type Condition = "none" | "decoder" | "both";

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
}

export interface Manifest {
  format: number;
  release: string;
  palette: string[];
  models: Model[];
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
  return { ...manifest, models: manifest.models.map(needed) };
}

/** Leaves out what the page's scripts do not use: models travel to the worker with every request. */
function needed(model: Model): Model {
  const { id, title, kind, dataset, latent_size, image, classes, class_names, condition } = model;
  const { decoder, encoder, means, view, picture, prepared } = model;
  return {
    ...{ id, title, kind, dataset, latent_size, image, classes, class_names, condition },
    ...{ decoder, encoder, means, view, picture },
    prepared: { z: prepared.z, label: prepared.label, image: prepared.image },
  };
}

/** Returns the model called `id`, or undefined where the release has none. */
export function findModel(manifest: Manifest, id: string): Model | undefined {
  return manifest.models.find((model) => model.id === id);
}

/** Returns the number of values in one of the model's images, H×W×C. */
export function imageSize(model: Model): number {
  return model.image.height * model.image.width * model.image.channels;
}
