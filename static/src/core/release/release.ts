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
  epoch: number[];
  curves: Record<string, (number | null)[]>;
}

export interface Report {
  test: Record<"elbo" | "reconstruction" | "kl" | "log_likelihood", number> | null;
  errors: {
    squared_error: number;
    cross_entropy: number;
    by_class: { label: number; squared_error: number; cross_entropy: number }[];
  };
  knn: Record<string, { mean: number }> | null;
  linear_probe: number | null;
  active_units: number | null;
  samples: Partial<Record<"prior", { confident: number; asked: number | null }>> | null;
  anomaly: Record<
    string,
    { auc: number; roc: { false_positive: number[]; true_positive: number[] } }
  >;
  classifier: { accuracy: number; confusion: number[][] } | null;
}

/** The attributes of a dataset of faces, and a vector for each, (A, d). */
export interface Attributes {
  names: string[];
  /** Mean μ of those with minus mean μ of those without. */
  vectors: number[][];
  /** The same, at right angles to the vectors of others, outside its own group. */
  orthogonal: number[][];
  /** How well a held-out classifier reads each, balanced accuracy. */
  read?: number[];
  /** The multiples at which the effect of each attribute's two vectors was measured. */
  measured: Record<string, Record<"raw" | "orthogonal", { full?: number }>>;
}

/** Test faces to begin with. */
export interface Examples {
  count: number;
  index: number[];
  mu: number[][];
  sigma: number[][];
  /** (E, A) of 0 and 1. */
  attributes: number[][];
  /** base64 of E·H·W·C bytes; absent where the dataset may not be passed on. */
  pixels?: string;
}

/** μ of some training images after each of some epochs, as points in latent units. */
export interface Trace {
  epochs: number[];
  labels: Uint16Array;
  /** One interleaved (2 · count,) array for each epoch. */
  frames: Float32Array[];
}

export interface StudyRow {
  id: string;
  group: "grid" | "likelihood" | "classification";
  kind: string;
  latent_size: number;
  numbers: Record<string, { mean: number }>;
  by_class: { label: number; squared_error: { mean: number } }[];
  curves: Record<string, (number | null)[]>;
}

export interface Study {
  models: StudyRow[];
}

/** One recipe by the weight of its KL. */
export interface RateDistortion {
  betas: number[];
  /** One for each β. */
  numbers: Record<string, { mean: number }[]>;
  /** How many pictures there are for each β. */
  count: number;
  /** base64 of their bytes. */
  pixels: string;
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
