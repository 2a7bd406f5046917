// The files of a release besides its models: their shapes, as docs/release-format.md tells them.

import type { Point, View } from "../geometry/viewport";
import type { ClassStatistics, Points } from "../points/points";

/** Points of a map with the Gaussian of each class: a means object. */
export interface Means extends Points {
  readonly statistics: ClassStatistics[];
}

/** Points that were laid out on a plane by PCA or t-SNE. */
export interface Layout extends Means {
  readonly view: View;
}

export type Matrix = readonly [Point, Point];

/** One class's aggregate posterior. */
export interface ClassRow {
  label: number;
  count: number;
  mean: number[];
  /** Of μ; where d = 2. */
  covariance?: Matrix;
  /** Of μ; where d > 2. */
  variance?: number[];
  /** Mean of σ²; absent of an autoencoder. */
  posterior_variance?: number[];
  /** The same on the PCA plane, where d > 2. */
  plane?: { mean: Point; covariance: Matrix; posterior_covariance?: Matrix };
}

export type Split = "train" | "first_half" | "second_half" | "test";

export interface Statistics {
  splits: Record<Split, ClassRow[]>;
  circle: { coordinates: [number, number]; centre: Point; radius: number; share: number };
  latents: {
    mean: number[];
    variance: number[];
    posterior_variance?: number[];
    kl?: number[];
    active?: boolean[];
  };
  targets?: number[][];
  /** Where d > 2: z lies at axes · (z − origin) on the map. */
  plane?: { projection: "pca"; origin: number[]; axes: [number[], number[]] };
}

/** Draws from the prior. */
export interface Prior {
  count: number;
  labels: number[];
  z: number[][];
}

/** q(z|x) of one test image of each class; `sigma` is absent of an autoencoder. */
export interface Tiles {
  count: number;
  index: number[];
  labels: number[];
  mu: number[][];
  sigma?: number[][];
}

export interface Regions {
  size: [columns: number, rows: number];
  origin: Point;
  step: number;
  levels: number[];
  /** Runs of (class, level, length), lowest row first. */
  rows: number[][];
}

export interface Curves {
  held_out: "validation" | "test";
  epoch: number[];
  curves: Record<string, (number | null)[]>;
}

export interface SampleQuality {
  confident: number;
  evenness: number;
  class_shares: number[];
  asked: number | null;
}

export interface Report {
  test: Record<"elbo" | "reconstruction" | "kl" | "log_likelihood", number> | null;
  errors: {
    squared_error: number;
    cross_entropy: number;
    squared_error_of_a_sample: number;
    by_class: { label: number; count: number; squared_error: number; cross_entropy: number }[];
  };
  knn: Record<string, { mean: number; std: number }> | null;
  linear_probe: number | null;
  active_units: number | null;
  samples: Partial<Record<"prior" | "fitted" | "test_images", SampleQuality>> | null;
  anomaly: Record<
    string,
    { auc: number; roc: { false_positive: number[]; true_positive: number[] } }
  >;
  classifier: { accuracy: number; confusion: number[][] } | null;
  /** Of a model of faces. */
  faces?: Record<
    | "sharpness"
    | "sharpness_of_data"
    | "frechet_reconstructions"
    | "frechet_samples"
    | "perceptual_distance",
    number
  >;
}

/** What adding a vector at full strength does to test faces that lacked the attribute, as shares. */
export interface AttributeEffect {
  /** The multiple that was added. */
  full?: number;
  /** Of those in which it is then seen. */
  seen: number;
  /** Of those in which an attribute of another group reads as before, on average over the others. */
  kept: number;
  others: Record<string, number>;
}

/** The attributes of a data set of faces, and a vector for each, (A, d). */
export interface Attributes {
  names: string[];
  /** Indices of attributes of which a face has at most one. */
  groups: number[][];
  count: number;
  /** Faces behind each vector: (A,). */
  with: number[];
  without: number[];
  /** Mean μ of those with minus mean μ of those without. */
  vectors: number[][];
  /** The same, at right angles to every vector outside its own group. */
  orthogonal: number[][];
  measured: Record<string, Record<"raw" | "orthogonal", AttributeEffect>>;
}

/** Test faces to begin with. */
export interface Examples {
  count: number;
  index: number[];
  mu: number[][];
  sigma: number[][];
  /** (E, A) of 0 and 1. */
  attributes: number[][];
  /** base64 of E·H·W·C bytes; absent where the data set may not be passed on. */
  pixels?: string;
}

/** μ of some training images after each of some epochs, as points in latent units. */
export interface Trace {
  epochs: number[];
  labels: Uint8Array;
  /** One interleaved (2 · count,) array for each epoch. */
  frames: Float32Array[];
}

export interface Spread {
  mean: number;
  std: number | null;
}

export interface StudyRow {
  id: string;
  group: "grid" | "likelihood" | "classification";
  kind: string;
  latent_size: number;
  classification_weight: number;
  seeds: number[];
  numbers: Record<string, Spread>;
  anomaly_auc: Record<string, Spread>;
  by_class: { label: number; squared_error: Spread }[];
  curves: Record<string, (number | null)[]>;
}

export interface Study {
  models: StudyRow[];
}

/** What a model's file entries hold once they have been read. */
export interface ModelDocuments {
  statistics: Statistics;
  prior: Prior;
  tiles: Tiles;
  curves: Curves;
  report: Report;
  regions: Regions;
  attributes: Attributes;
  examples: Examples;
}
