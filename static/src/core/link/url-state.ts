// The page's state in the URL's hash: one table of properties, read, checked and written by their kinds.

import type { View } from "../geometry/viewport";
import * as values from "./link-values";

/** Latent units between neighbours of a grid that the reader can choose. */
const STEPS = ["0.05", "0.1", "0.2", "0.5", "1"] as const;
const SPLITS = ["train", "first_half", "second_half", "test"] as const;
const ROWS = ["ae", "vae", "cvae", "kinds"] as const;

/** A property or more for each section; what is null is as the section has it at first. */
const PROPERTIES = {
  /** The section in view; null: the first. */
  section: { name: "at", ...values.modelId },
  /** The figure of that section in view, counted from 0; null: its leading one. */
  figure: { name: "fig", ...values.integer(0, 99) },

  // hover
  mapModel: { name: "map", ...values.modelId },
  z: { name: "z", ...values.point },
  pinned: { name: "pin", ...values.flag },
  view: { name: "view", ...values.view },
  layers: { name: "layers", ...values.layers },
  /** The label that the decoder is given, of a conditioned model. */
  mapLabel: { name: "label", ...values.label },
  /** Classes in colour on the first map; null: all. */
  only: { name: "only", ...values.labels },

  // labels
  /** The model whose ten digits are compared. */
  labelsModel: { name: "labels", ...values.modelId },
  labelsZ: { name: "lz", ...values.point },
  labelsPinned: { name: "lpin", ...values.flag },
  labelsView: { name: "lview", ...values.view },
  labelsDigit: { name: "ldigit", ...values.label },
  labelsStep: { name: "lstep", ...values.choice(...STEPS) },
  labelsLayers: { name: "llayers", ...values.layers },
  labelsOnly: { name: "lonly", ...values.labels },

  // autoencoders
  aeSize: { name: "ae.d", ...values.choice("2", "10") },
  aeZ: { name: "ae.z", ...values.point },
  aePinned: { name: "ae.pin", ...values.flag },
  /** The plane through ten latents; null: that of the PCA. */
  aePlane: { name: "ae.plane", ...values.choice("first") },
  /** What the autoencoder's map shows, and what the VAE's does. */
  aeView: { name: "ae.view", ...values.view },
  vaeView: { name: "vae.view", ...values.view },
  aeLayers: { name: "ae.layers", ...values.layers },
  aeOnly: { name: "ae.only", ...values.labels },

  // inside
  insideTile: { name: "inside", ...values.label },
  /** ε, where the reader moved or drew it. */
  insideEpsilon: { name: "inside.e", ...values.vector },

  // shape
  shapeSplit: { name: "shape.set", ...values.choice(...SPLITS) },
  shapeDigit: { name: "shape.digit", ...values.label },
  shapeStep: { name: "shape.step", ...values.choice(...STEPS) },
  shapeLayers: { name: "shape.layers", ...values.layers },
  shapeZ: { name: "shape.z", ...values.point },
  shapePinned: { name: "shape.pin", ...values.flag },
  shapeView: { name: "shape.view", ...values.view },
  shapeOnly: { name: "shape.only", ...values.labels },
  /** The model whose samples are drawn, and the seed of the draws; null: the release's own. */
  shapeModel: { name: "shape.model", ...values.modelId },
  shapeSeed: { name: "shape.seed", ...values.integer(1, 9999) },

  // control
  controlZ: { name: "control.z", ...values.point },
  controlPinned: { name: "control.pin", ...values.flag },
  controlView: { name: "control.view", ...values.view },
  /** The digits between whose targets the section interpolates. */
  controlFrom: { name: "control.from", ...values.label },
  controlTo: { name: "control.to", ...values.label },
  controlLayers: { name: "control.layers", ...values.layers },
  controlOnly: { name: "control.only", ...values.labels },

  // classify
  classifyModel: { name: "classify", ...values.modelId },
  classifyZ: { name: "classify.z", ...values.point },
  classifyPinned: { name: "classify.pin", ...values.flag },
  classifyView: { name: "classify.view", ...values.view },
  classifyLayers: { name: "classify.layers", ...values.layers },
  classifyOnly: { name: "classify.only", ...values.labels },

  // dimensions
  dimensionsModel: { name: "dims", ...values.modelId },
  dimensionsZ: { name: "dims.z", ...values.vector },
  dimensionsView: { name: "dims.view", ...values.view },
  dimensionsLabel: { name: "dims.digit", ...values.label },
  /** Whose reconstructions are shown by latent size; "kinds": of all kinds at one size. */
  dimensionsRows: { name: "dims.rows", ...values.choice(...ROWS) },
  dimensionsLayers: { name: "dims.layers", ...values.layers },
  /** The image whose posterior is shown, after the tiles the drawing; and which draw z is (0: μ). */
  dimensionsTile: { name: "dims.tile", ...values.integer(0, 10) },
  dimensionsDraw: { name: "dims.draw", ...values.integer(0, 9999) },
  dimensionsOnly: { name: "dims.only", ...values.labels },

  // faces
  facesModel: { name: "faces", ...values.modelId },
  /** "e3": an example, "s42": the draw of a seed (core/attributes). */
  facesFace: { name: "faces.face", ...values.face },
  facesMix: { name: "faces.mix", ...values.vector },
  /** The vectors at right angles to each other; null: as they were found. */
  facesVectors: { name: "faces.vectors", ...values.choice("orthogonal") },
  /** The attributes of the strip; the second may be none, −1. */
  facesFirst: { name: "faces.add", ...values.label },
  facesSecond: { name: "faces.and", ...values.integer(-1, 255) },
  facesPlace: { name: "faces.z", ...values.point },
  /** What the map of faces shows, and the place at which a click holds its face. */
  facesView: { name: "faces.view", ...values.view },
  facesHeld: { name: "faces.held", ...values.point },
  facesOnly: { name: "faces.only", ...values.labels },
  /** The pixel, in thousandths of a face, that the loupe is over. */
  facesLoupe: { name: "faces.loupe", ...values.point },

  // training
  trainingModel: { name: "training", ...values.modelId },
  /** Which of the trace's epochs the slider is at. */
  trainingFrame: { name: "frame", ...values.integer(0, 200) },
  trainingView: { name: "training.view", ...values.view },
  trainingOnly: { name: "training.only", ...values.labels },

  // numbers
  numbersLayout: { name: "layout", ...values.choice("pca", "tsne") },
  numbersSize: { name: "layout.d", ...values.integer(2, 100) },
  /** The digit that the conditioned model decodes beside its layout. */
  numbersLabel: { name: "layout.digit", ...values.label },
  numbersOnly: { name: "layout.only", ...values.labels },
  /** The runs whose curves are drawn, and which curves. */
  numbersRuns: { name: "runs", ...values.modelIds },
  numbersCurve: { name: "curve", ...values.choice("reconstruction") },
  /** Which of the weights of the KL, and what the map of that run shows. */
  numbersBeta: { name: "beta", ...values.integer(0, 99) },
  numbersBetaView: { name: "beta.view", ...values.view },
  /** Which of the draws from the prior, and the digit decoded; null: each in turn. */
  numbersDraws: { name: "draws", ...values.integer(1, 999) },
  numbersAsked: { name: "draws.digit", ...values.label },
  /** The out-of-distribution inputs of the ROC curves. */
  numbersInputs: { name: "strangers", ...values.modelId },

  // lab
  labModel: { name: "lab", ...values.modelId },
  labOther: { name: "lab.beside", ...values.modelId },
  labZ: { name: "lab.z", ...values.vector },
  labPinned: { name: "lab.pin", ...values.flag },
  labView: { name: "lab.view", ...values.view },
  labLayers: { name: "lab.layers", ...values.layers },
  labOnly: { name: "lab.only", ...values.labels },
  labLabel: { name: "lab.label", ...values.label },
  /** The ends of the path; null: where the section puts them. */
  labFrom: { name: "lab.from", ...values.vector },
  labTo: { name: "lab.to", ...values.vector },
  labWay: { name: "lab.way", ...values.choice("line", "arc") },
  /** How far along it one is, in thousandths. */
  labAt: { name: "lab.at", ...values.integer(0, 1000) },
  /** Of the model beside it; null: as the first model's where they can agree. */
  labOtherZ: { name: "lab.beside.z", ...values.vector },
  labOtherPinned: { name: "lab.beside.pin", ...values.flag },
  labOtherView: { name: "lab.beside.view", ...values.view },
  labOtherLabel: { name: "lab.beside.label", ...values.label },

  // draw
  drawing: { name: "draw", ...values.strokes },
  drawView: { name: "draw.view", ...values.view },
  /** The point that the reader chose on the drawing's map. */
  drawZ: { name: "draw.z", ...values.point },
  drawLayers: { name: "draw.layers", ...values.layers },
  drawOnly: { name: "draw.only", ...values.labels },

  // the whole page
  smooth: { name: "smooth", ...values.flag },
};

export type PageState = {
  -readonly [Key in keyof typeof PROPERTIES]: (typeof PROPERTIES)[Key]["initial"];
};

/** The properties that say what one map shows. */
export type ViewKey = {
  [Key in keyof PageState]: PageState[Key] extends View | null ? Key : never;
}[keyof PageState];

const TABLE = PROPERTIES as unknown as Record<
  keyof PageState,
  { name: string } & values.Kind<unknown>
>;
const KEYS = Object.keys(PROPERTIES) as (keyof PageState)[];

/** Names of an interpolation that the page no longer has: old links that say them stay valid. */
const RETIRED = ["faces.from", "faces.to", "faces.at"];

export const DEFAULT_STATE = Object.fromEntries(
  KEYS.map((key) => [key, TABLE[key].initial]),
) as PageState;

/** Returns what a property is called in the hash. */
export const nameInLink = (key: keyof PageState): string => TABLE[key].name;

/** Sections whose properties are not called by their names. */
const SHORT: Readonly<Record<string, string>> = { ae: "autoencoders", vae: "autoencoders" };
const HOVER: readonly string[] = ["mapModel", "z", "pinned", "view", "layers", "mapLabel", "only"];

/** Returns the ids of the sections that show a property. */
export function sectionsOf(key: keyof PageState): readonly string[] {
  if (key === "section" || key === "figure" || key === "smooth") return [];
  if (key === "drawing") return ["inside", "draw", "dimensions"];
  if (HOVER.includes(key)) return ["hover"];
  const prefix = key.replace(/[A-Z].*/, "");
  return [SHORT[prefix] ?? prefix];
}

/** Whether a link says the same of a property in two states. */
export const isSame = (key: keyof PageState, a: PageState, b: PageState): boolean =>
  TABLE[key].write(a[key]) === TABLE[key].write(b[key]);

/** Returns the ids of the sections that show something else in another state. */
export function changedSections(a: PageState, b: PageState): string[] {
  return [...new Set(KEYS.filter((key) => !isSame(key, a, b)).flatMap(sectionsOf))];
}

/** Reads a property's value from text; null where the text is none. */
export const readProperty = (key: keyof PageState, text: string) => TABLE[key].read(text);

/** Reads a hash. What is unknown or not valid is left at its default and named in `ignored`. */
export function readState(hash: string): { state: PageState; ignored: string[] } {
  const state: PageState = { ...DEFAULT_STATE };
  const ignored: string[] = [];
  // A section's anchor ("#draw") is no state.
  const text = hash.replace(/^#/, "");
  if (!text.includes("=")) return { state, ignored };
  for (const [name, written] of new URLSearchParams(text)) {
    if (RETIRED.includes(name)) continue;
    const key = KEYS.find((candidate) => TABLE[candidate].name === name);
    const value = key === undefined ? null : TABLE[key].read(written);
    if (key === undefined || value === null) ignored.push(name.slice(0, 20));
    else Object.assign(state, { [key]: value });
  }
  return { state, ignored };
}

/** Writes a state as a hash, "" where everything is at its default. */
export function writeState(state: PageState): string {
  const parts = KEYS.flatMap((key) => {
    const text = TABLE[key].write(state[key]);
    // Commas, dots and the strokes' alphabet are all safe in a hash as they are.
    return text === null ? [] : [`${TABLE[key].name}=${text}`];
  });
  return parts.length > 0 ? `#${parts.join("&")}` : "";
}
