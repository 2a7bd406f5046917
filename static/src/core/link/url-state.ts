// The page's state in the URL's hash: one table of properties, read, checked and written by their kinds.

import type { View } from "../geometry/viewport";
import {
  choice,
  face,
  flag,
  integer,
  type Kind,
  labels,
  layers,
  MOST_CLASSES,
  modelId,
  modelIds,
  point,
  strokes,
  vector,
  view,
} from "./link-values";

/** Latent units between neighbours of a grid that the reader can choose. */
export const STEPS = ["0.05", "0.1", "0.2", "0.5", "1"] as const;
const SPLITS = ["train", "first_half", "second_half", "test"] as const;
const ROWS = ["ae", "vae", "cvae", "kinds"] as const;

/** A property or more for each section; what is null is as the section has it at first. */
const PROPERTIES = {
  /** The section in view; null: the first. */
  section: { name: "at", ...modelId },

  // hover
  /** The model of the first map; null: the one it opens on. */
  mapModel: { name: "map", ...modelId },
  /** The point on the first map. */
  z: { name: "z", ...point },
  pinned: { name: "pin", ...flag },
  view: { name: "view", ...view },
  layers: { name: "layers", ...layers },
  /** Classes in colour on the first map; null: all. */
  only: { name: "only", ...labels },

  // labels
  /** The model whose ten digits are compared. */
  labelsModel: { name: "labels", ...modelId },
  labelsZ: { name: "lz", ...point },
  labelsPinned: { name: "lpin", ...flag },
  labelsView: { name: "lview", ...view },
  /** The digit whose grid is drawn. */
  labelsDigit: { name: "ldigit", ...integer(0, MOST_CLASSES) },
  /** Latent units between two neighbours of that grid. */
  labelsStep: { name: "lstep", ...choice(...STEPS) },
  labelsLayers: { name: "llayers", ...layers },

  // autoencoders
  aeSize: { name: "ae.d", ...choice("2", "10") },
  aeZ: { name: "ae.z", ...point },
  aePinned: { name: "ae.pin", ...flag },
  /** The plane through ten latents; null: that of the PCA. */
  aePlane: { name: "ae.plane", ...choice("first") },
  /** What the autoencoder's map shows, and what the VAE's does. */
  aeView: { name: "ae.view", ...view },
  vaeView: { name: "vae.view", ...view },
  aeLayers: { name: "ae.layers", ...layers },

  // inside
  /** The class of the test image looked at. */
  insideTile: { name: "inside", ...integer(0, MOST_CLASSES) },
  /** ε, where the reader moved or drew it. */
  insideEpsilon: { name: "inside.e", ...vector },

  // shape
  shapeSplit: { name: "shape.set", ...choice(...SPLITS) },
  shapeDigit: { name: "shape.digit", ...integer(0, MOST_CLASSES) },
  /** Latent units between two neighbours of the grid. */
  shapeStep: { name: "shape.step", ...choice(...STEPS) },
  shapeLayers: { name: "shape.layers", ...layers },
  shapeZ: { name: "shape.z", ...point },
  shapePinned: { name: "shape.pin", ...flag },
  shapeView: { name: "shape.view", ...view },
  /** The model whose samples are drawn, and the seed of the draws; null: the release's own. */
  shapeModel: { name: "shape.model", ...modelId },
  shapeSeed: { name: "shape.seed", ...integer(1, 9999) },

  // control
  controlZ: { name: "control.z", ...point },
  controlPinned: { name: "control.pin", ...flag },
  controlView: { name: "control.view", ...view },
  /** The digits between whose targets the section interpolates. */
  controlFrom: { name: "control.from", ...integer(0, MOST_CLASSES) },
  controlTo: { name: "control.to", ...integer(0, MOST_CLASSES) },
  controlLayers: { name: "control.layers", ...layers },

  // classify
  classifyModel: { name: "classify", ...modelId },
  classifyZ: { name: "classify.z", ...point },
  classifyPinned: { name: "classify.pin", ...flag },
  classifyView: { name: "classify.view", ...view },
  classifyLayers: { name: "classify.layers", ...layers },

  // dimensions
  dimensionsModel: { name: "dims", ...modelId },
  dimensionsZ: { name: "dims.z", ...vector },
  dimensionsView: { name: "dims.view", ...view },
  /** The label of a conditioned model. */
  dimensionsLabel: { name: "dims.digit", ...integer(0, MOST_CLASSES) },
  /** Whose reconstructions are shown by latent size; "kinds": of all kinds at one size. */
  dimensionsRows: { name: "dims.rows", ...choice(...ROWS) },
  dimensionsLayers: { name: "dims.layers", ...layers },

  // faces
  facesModel: { name: "faces", ...modelId },
  /** "e3": an example, "s42": the draw of a seed (core/attributes). */
  facesFace: { name: "faces.face", ...face() },
  /** How much of each attribute is added. */
  facesMix: { name: "faces.mix", ...vector },
  /** The vectors at right angles to each other; null: as they were found. */
  facesVectors: { name: "faces.vectors", ...choice("orthogonal") },
  /** The attributes of the strip; the second may be none, −1. */
  facesFirst: { name: "faces.add", ...integer(0, MOST_CLASSES) },
  facesSecond: { name: "faces.and", ...integer(-1, MOST_CLASSES) },
  /** Of an interpolation that the lab shows now; links that name it stay valid. */
  facesFrom: { name: "faces.from", ...face("here") },
  facesTo: { name: "faces.to", ...face("here") },
  facesAt: { name: "faces.at", ...integer(0, 1000) },
  /** The point on the map. */
  facesPlace: { name: "faces.z", ...point },
  /** The pixel, in thousandths of a face, that the loupe is over. */
  facesLoupe: { name: "faces.loupe", ...point },

  // training
  trainingModel: { name: "training", ...modelId },
  /** Which of the trace's epochs the slider is at. */
  trainingFrame: { name: "frame", ...integer(0, 200) },
  trainingView: { name: "training.view", ...view },

  // numbers
  numbersLayout: { name: "layout", ...choice("pca", "tsne") },
  numbersSize: { name: "layout.d", ...integer(2, 100) },
  /** The digit that the conditioned model decodes beside its layout. */
  numbersLabel: { name: "layout.digit", ...integer(0, MOST_CLASSES) },
  /** The runs whose curves are drawn, and which curves. */
  numbersRuns: { name: "runs", ...modelIds },
  numbersCurve: { name: "curve", ...choice("reconstruction") },
  /** Which of the draws from the prior, and the digit decoded; null: each in turn. */
  numbersDraws: { name: "draws", ...integer(1, 999) },
  numbersAsked: { name: "draws.digit", ...integer(0, MOST_CLASSES) },
  /** The out-of-distribution inputs of the ROC curves. */
  numbersInputs: { name: "strangers", ...modelId },

  // lab
  labModel: { name: "lab", ...modelId },
  /** The model beside it. */
  labOther: { name: "lab.beside", ...modelId },
  labZ: { name: "lab.z", ...vector },
  labPinned: { name: "lab.pin", ...flag },
  labView: { name: "lab.view", ...view },
  labLayers: { name: "lab.layers", ...layers },
  labLabel: { name: "lab.label", ...integer(0, MOST_CLASSES) },
  /** The ends of the path; null: where the section puts them. */
  labFrom: { name: "lab.from", ...vector },
  labTo: { name: "lab.to", ...vector },
  labWay: { name: "lab.way", ...choice("line", "arc") },
  /** How far along it one is, in thousandths. */
  labAt: { name: "lab.at", ...integer(0, 1000) },
  /** Of the model beside it; null: as the first model's where they can agree. */
  labOtherZ: { name: "lab.beside.z", ...vector },
  labOtherPinned: { name: "lab.beside.pin", ...flag },
  labOtherView: { name: "lab.beside.view", ...view },
  labOtherLabel: { name: "lab.beside.label", ...integer(0, MOST_CLASSES) },

  // draw
  drawing: { name: "draw", ...strokes },
  drawView: { name: "draw.view", ...view },
  /** The point walked to on the drawing's map. */
  drawZ: { name: "draw.z", ...point },
  drawLayers: { name: "draw.layers", ...layers },

  // the whole page
  smooth: { name: "smooth", ...flag },
};

export type PageState = {
  -readonly [Key in keyof typeof PROPERTIES]: (typeof PROPERTIES)[Key]["initial"];
};

/** The properties that say what one map shows. */
export type ViewKey = {
  [Key in keyof PageState]: PageState[Key] extends View | null ? Key : never;
}[keyof PageState];

/** Each row of the table with its name in the hash, and the value it has for its kind. */
const TABLE: { readonly [Key in keyof PageState]: { name: string } & Kind<PageState[Key]> } =
  PROPERTIES;

const KEYS = Object.keys(PROPERTIES) as (keyof PageState)[];

export const DEFAULT_STATE = Object.fromEntries(
  KEYS.map((key) => [key, PROPERTIES[key].initial]),
) as PageState;

/** Returns what a property is called in the hash. */
export const nameInLink = (key: keyof PageState): string => TABLE[key].name;

/**
 * Reads a hash. What is unknown or not valid is left at its default and named in `ignored`.
 */
export function readState(hash: string): { state: PageState; ignored: string[] } {
  const state: PageState = { ...DEFAULT_STATE };
  const ignored: string[] = [];
  // A section's anchor ("#draw") is no state.
  const text = hash.replace(/^#/, "");
  if (!text.includes("=")) return { state, ignored };
  for (const [name, value] of new URLSearchParams(text)) {
    const key = KEYS.find((candidate) => TABLE[candidate].name === name);
    if (key === undefined || !readInto(state, key, value)) ignored.push(name.slice(0, 20));
  }
  return { state, ignored };
}

function readInto<Key extends keyof PageState>(state: PageState, key: Key, text: string): boolean {
  const value = TABLE[key].read(text);
  if (value === null) return false;
  state[key] = value as PageState[Key];
  return true;
}

/** Writes a state as a hash, "" where everything is at its default. */
export function writeState(state: PageState): string {
  const parts: string[] = [];
  const add = <Key extends keyof PageState>(key: Key): void => {
    const text = TABLE[key].write(state[key]);
    // Commas, dots and the strokes' alphabet are all safe in a hash as they are.
    if (text !== null) parts.push(`${TABLE[key].name}=${text}`);
  };
  for (const key of KEYS) add(key);
  return parts.length > 0 ? `#${parts.join("&")}` : "";
}
