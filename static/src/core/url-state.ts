// The page's state in the URL's hash: one table of properties reads it, checks it and writes it.

import { readSource } from "./attributes";
import type { Way } from "./interpolation";
import type { Split } from "./release";
import { decodeStrokes, encodeStrokes, type Stroke } from "./strokes";
import type { View } from "./viewport";

/** Which layers of a map are on; one that is not in it is as the section has it at first. */
export type LayerState = Readonly<Record<string, boolean>>;

/** Latent units between neighbours of a grid that the reader can choose. */
export const STEPS = ["0.05", "0.1", "0.2", "0.5", "1"] as const;
const SPLITS = ["train", "first_half", "second_half", "test"] as const;
const ROWS = ["ae", "vae", "cvae", "kinds"] as const;
/** Labels are checked against their model where they are used. */
const MOST_CLASSES = 255;

/** A property or more for each section; null: what the section starts with. */
export interface PageState {
  /** The section in view; null: the first. */
  section: string | null;

  // hover
  /** The model of the first map; null: the one it opens on. */
  mapModel: string | null;
  /** The point on the first map. */
  z: [number, number] | null;
  pinned: boolean;
  view: View | null;
  layers: LayerState | null;
  /** Classes in colour on the first map; null: all. */
  only: number[] | null;

  // labels
  /** The model whose ten digits are compared. */
  labelsModel: string | null;
  labelsZ: [number, number] | null;
  labelsPinned: boolean;
  labelsView: View | null;
  /** The digit whose grid is drawn. */
  labelsDigit: number | null;
  /** Latent units between two neighbours of that grid. */
  labelsStep: (typeof STEPS)[number] | null;
  labelsLayers: LayerState | null;

  // autoencoders
  aeSize: "2" | "10" | null;
  aeZ: [number, number] | null;
  aePinned: boolean;
  /** The plane through ten latents; null: that of the PCA. */
  aePlane: "first" | null;
  /** What the autoencoder's map shows, and what the VAE's does. */
  aeView: View | null;
  vaeView: View | null;
  aeLayers: LayerState | null;

  // inside
  /** The class of the test image looked at. */
  insideTile: number | null;
  /** ε, where the reader moved or drew it. */
  insideEpsilon: number[] | null;

  // shape
  shapeSplit: Split | null;
  shapeDigit: number | null;
  /** Latent units between two neighbours of the grid. */
  shapeStep: (typeof STEPS)[number] | null;
  shapeLayers: LayerState | null;
  shapeZ: [number, number] | null;
  shapePinned: boolean;
  shapeView: View | null;
  /** The model whose samples are drawn, and the seed of the draws; null: the release's own. */
  shapeModel: string | null;
  shapeSeed: number | null;

  // control
  controlZ: [number, number] | null;
  controlPinned: boolean;
  controlView: View | null;
  /** The digits that the walk leads from and to. */
  controlFrom: number | null;
  controlTo: number | null;
  controlLayers: LayerState | null;

  // classify
  classifyModel: string | null;
  classifyZ: [number, number] | null;
  classifyPinned: boolean;
  classifyView: View | null;
  classifyLayers: LayerState | null;

  // dimensions
  dimensionsModel: string | null;
  dimensionsZ: number[] | null;
  dimensionsView: View | null;
  /** What a conditioned model is told. */
  dimensionsLabel: number | null;
  /** Whose reconstructions are shown by latent size; "kinds": of all kinds at one size. */
  dimensionsRows: (typeof ROWS)[number] | null;
  dimensionsLayers: LayerState | null;

  // faces
  facesModel: string | null;
  /** "e3": an example, "s42": the draw of a seed (core/attributes). */
  facesFace: string | null;
  /** How much of each attribute is added. */
  facesMix: number[] | null;
  /** The vectors at right angles to each other; null: as they were found. */
  facesVectors: "orthogonal" | null;
  /** The attributes of the strip; the second may be none, −1. */
  facesFirst: number | null;
  facesSecond: number | null;
  /** The two ends of the way; "here": the face at hand. */
  facesFrom: string | null;
  facesTo: string | null;
  /** How far along it one is, in thousandths. */
  facesAt: number | null;
  /** The point on the map. */
  facesPlace: [number, number] | null;
  /** The pixel, in thousandths of a face, that the loupe is over. */
  facesLoupe: [number, number] | null;

  // training
  trainingModel: string | null;
  /** Which of the trace's epochs the slider is at. */
  trainingFrame: number | null;
  trainingView: View | null;

  // numbers
  numbersLayout: "pca" | "tsne" | null;
  numbersSize: number | null;

  // lab
  labModel: string | null;
  /** The model beside it. */
  labOther: string | null;
  labZ: number[] | null;
  labPinned: boolean;
  labView: View | null;
  labLayers: LayerState | null;
  labLabel: number | null;
  /** The ends of the path; null: where the section puts them. */
  labFrom: number[] | null;
  labTo: number[] | null;
  labWay: Way | null;
  /** How far along it one is, in thousandths. */
  labAt: number | null;
  /** Of the model beside it; null: as the first model's where they can agree. */
  labOtherZ: number[] | null;
  labOtherPinned: boolean;
  labOtherView: View | null;
  labOtherLabel: number | null;

  // draw
  drawing: Stroke[];
  drawView: View | null;
  drawLayers: LayerState | null;

  // the whole page
  smooth: boolean;
}

/** The properties that say what one map shows. */
export type ViewKey = {
  [Key in keyof PageState]: PageState[Key] extends View | null ? Key : never;
}[keyof PageState];

export const DEFAULT_STATE: PageState = {
  section: null,

  mapModel: null,
  z: null,
  pinned: false,
  view: null,
  layers: null,
  only: null,

  labelsModel: null,
  labelsZ: null,
  labelsPinned: false,
  labelsView: null,
  labelsDigit: null,
  labelsStep: null,
  labelsLayers: null,

  aeSize: null,
  aeZ: null,
  aePinned: false,
  aePlane: null,
  aeView: null,
  vaeView: null,
  aeLayers: null,

  insideTile: null,
  insideEpsilon: null,

  shapeSplit: null,
  shapeDigit: null,
  shapeStep: null,
  shapeLayers: null,
  shapeZ: null,
  shapePinned: false,
  shapeView: null,
  shapeModel: null,
  shapeSeed: null,

  controlZ: null,
  controlPinned: false,
  controlView: null,
  controlFrom: null,
  controlTo: null,
  controlLayers: null,

  classifyModel: null,
  classifyZ: null,
  classifyPinned: false,
  classifyView: null,
  classifyLayers: null,

  dimensionsModel: null,
  dimensionsZ: null,
  dimensionsView: null,
  dimensionsLabel: null,
  dimensionsRows: null,
  dimensionsLayers: null,

  facesModel: null,
  facesFace: null,
  facesMix: null,
  facesVectors: null,
  facesFirst: null,
  facesSecond: null,
  facesFrom: null,
  facesTo: null,
  facesAt: null,
  facesPlace: null,
  facesLoupe: null,

  trainingModel: null,
  trainingFrame: null,
  trainingView: null,

  numbersLayout: null,
  numbersSize: null,

  labModel: null,
  labOther: null,
  labZ: null,
  labPinned: false,
  labView: null,
  labLayers: null,
  labLabel: null,
  labFrom: null,
  labTo: null,
  labWay: null,
  labAt: null,
  labOtherZ: null,
  labOtherPinned: false,
  labOtherView: null,
  labOtherLabel: null,

  drawing: [],
  drawView: null,
  drawLayers: null,

  smooth: false,
};

interface Property<Value> {
  /** Its name in the hash. */
  name: string;
  /** Reads a value; null where the text is not one. */
  read: (text: string) => Value | null;
  /** Writes a value; null where it need not be in the hash. */
  write: (value: Value) => string | null;
}

// Beyond these nothing is to be seen, and arithmetic on the map loses its digits.
const FARTHEST = 1000;

/** As many numbers as a latent space here has dimensions, at most. */
const MOST_NUMBERS = 100;

function readNumbers(text: string, count: number | null): number[] | null {
  const parts = text.split(",");
  if (parts.length > MOST_NUMBERS || (count !== null && parts.length !== count)) return null;
  if (parts.some((part) => !/^-?\d{1,4}(\.\d{1,6})?$/.test(part))) return null;
  const numbers = parts.map(Number);
  return numbers.every((number) => Math.abs(number) <= FARTHEST) ? numbers : null;
}

// Zoomed in as far as can be, a pixel is a few hundred-thousandths of a unit.
const short = (value: number): string => String(Number(value.toFixed(6)));

// ——— kinds of properties ———

type Kind<Value> = Omit<Property<Value>, "name">;

const point: Kind<[number, number] | null> = {
  read: (text) => readNumbers(text, 2) as [number, number] | null,
  write: (value) => (value === null ? null : value.map(short).join(",")),
};

/** Any number of numbers: a z of many latents. */
const vector: Kind<number[] | null> = {
  read: (text) => readNumbers(text, null),
  write: (value) => (value === null ? null : roundVector(value).map(short).join(",")),
};

/**
 * Returns a z as a link can hold it: a reader who sees this one has sent exactly what is shown.
 *
 * Two latents are as fine as their map can be zoomed; of more, no slider's step is finer than a
 * thousandth, and a hundred of them still fit into an address.
 */
export function roundVector(z: readonly number[]): number[] {
  const parts = z.length <= 2 ? 1e6 : 1e3;
  return z.map((value) => {
    const near = Math.max(-FARTHEST, Math.min(FARTHEST, value));
    return Math.round(near * parts) / parts || 0; // never −0
  });
}

const flag: Kind<boolean> = {
  read: (text) => (text === "1" ? true : null),
  write: (value) => (value ? "1" : null),
};

const view: Kind<View | null> = {
  read: (text) => {
    const numbers = readNumbers(text, 3) as [number, number, number] | null;
    return numbers && numbers[2] > 0
      ? { centre: [numbers[0], numbers[1]], scale: numbers[2] }
      : null;
  },
  write: (value) => value && [...value.centre, value.scale].map(short).join(","),
};

/** Labels of classes: checked against their model where they are used. */
const labels: Kind<number[] | null> = {
  read: (text) => {
    const numbers = /^\d{1,3}(,\d{1,3})*$/.test(text) ? text.split(",").map(Number) : [];
    return numbers.length > 0 && numbers.every((label) => label <= MOST_CLASSES) ? numbers : null;
  },
  write: (value) => (value === null || value.length === 0 ? null : value.join(",")),
};

const modelId: Kind<string | null> = {
  read: (text) => (/^[a-z0-9-]{1,60}$/.test(text) ? text : null),
  write: (value) => value,
};

/** A whole number from `low` to `high`. */
function integer(low: number, high: number): Kind<number | null> {
  return {
    read: (text) => {
      const value = /^-?\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
      return value >= low && value <= high ? value : null;
    },
    write: (value) => (value === null ? null : String(value)),
  };
}

/** One of a few words. */
function choice<Word extends string>(...words: readonly Word[]): Kind<Word | null> {
  return {
    read: (text) => words.find((word) => word === text) ?? null,
    write: (value) => value,
  };
}

/** Switches: "density.-points" has density on and points off. */
const layers: Kind<LayerState | null> = {
  read: (text) => {
    const words = text.split(".");
    if (words.length > 20 || words.some((word) => !/^-?[a-z]{1,20}$/.test(word))) return null;
    return Object.fromEntries(words.map((word) => [word.replace("-", ""), !word.startsWith("-")]));
  },
  write: (value) => {
    const words = Object.entries(value ?? {}).map(([name, on]) => (on ? name : `-${name}`));
    return words.length > 0 ? words.join(".") : null;
  },
};

/** A face that a link can hold, or one of a few words. */
function face(...words: readonly string[]): Kind<string | null> {
  return {
    read: (text) => (words.includes(text) || readSource(text) !== null ? text : null),
    write: (value) => value,
  };
}

const PROPERTIES: { [Key in keyof PageState]: Property<PageState[Key]> } = {
  section: { name: "at", ...modelId },

  mapModel: { name: "map", ...modelId },
  z: { name: "z", ...point },
  pinned: { name: "pin", ...flag },
  view: { name: "view", ...view },
  layers: { name: "layers", ...layers },
  only: { name: "only", ...labels },

  labelsModel: { name: "labels", ...modelId },
  labelsZ: { name: "lz", ...point },
  labelsPinned: { name: "lpin", ...flag },
  labelsView: { name: "lview", ...view },
  labelsDigit: { name: "ldigit", ...integer(0, MOST_CLASSES) },
  labelsStep: { name: "lstep", ...choice(...STEPS) },
  labelsLayers: { name: "llayers", ...layers },

  aeSize: { name: "ae.d", ...choice("2", "10") },
  aeZ: { name: "ae.z", ...point },
  aePinned: { name: "ae.pin", ...flag },
  aePlane: { name: "ae.plane", ...choice("first") },
  aeView: { name: "ae.view", ...view },
  vaeView: { name: "vae.view", ...view },
  aeLayers: { name: "ae.layers", ...layers },

  insideTile: { name: "inside", ...integer(0, MOST_CLASSES) },
  insideEpsilon: { name: "inside.e", ...vector },

  shapeSplit: { name: "shape.set", ...choice(...SPLITS) },
  shapeDigit: { name: "shape.digit", ...integer(0, MOST_CLASSES) },
  shapeStep: { name: "shape.step", ...choice(...STEPS) },
  shapeLayers: { name: "shape.layers", ...layers },
  shapeZ: { name: "shape.z", ...point },
  shapePinned: { name: "shape.pin", ...flag },
  shapeView: { name: "shape.view", ...view },
  shapeModel: { name: "shape.model", ...modelId },
  shapeSeed: { name: "shape.seed", ...integer(1, 9999) },

  controlZ: { name: "control.z", ...point },
  controlPinned: { name: "control.pin", ...flag },
  controlView: { name: "control.view", ...view },
  controlFrom: { name: "control.from", ...integer(0, MOST_CLASSES) },
  controlTo: { name: "control.to", ...integer(0, MOST_CLASSES) },
  controlLayers: { name: "control.layers", ...layers },

  classifyModel: { name: "classify", ...modelId },
  classifyZ: { name: "classify.z", ...point },
  classifyPinned: { name: "classify.pin", ...flag },
  classifyView: { name: "classify.view", ...view },
  classifyLayers: { name: "classify.layers", ...layers },

  dimensionsModel: { name: "dims", ...modelId },
  dimensionsZ: { name: "dims.z", ...vector },
  dimensionsView: { name: "dims.view", ...view },
  dimensionsLabel: { name: "dims.digit", ...integer(0, MOST_CLASSES) },
  dimensionsRows: { name: "dims.rows", ...choice(...ROWS) },
  dimensionsLayers: { name: "dims.layers", ...layers },

  facesModel: { name: "faces", ...modelId },
  facesFace: { name: "faces.face", ...face() },
  facesMix: { name: "faces.mix", ...vector },
  facesVectors: { name: "faces.vectors", ...choice("orthogonal") },
  facesFirst: { name: "faces.add", ...integer(0, MOST_CLASSES) },
  facesSecond: { name: "faces.and", ...integer(-1, MOST_CLASSES) },
  facesFrom: { name: "faces.from", ...face("here") },
  facesTo: { name: "faces.to", ...face("here") },
  facesAt: { name: "faces.at", ...integer(0, 1000) },
  facesPlace: { name: "faces.z", ...point },
  facesLoupe: { name: "faces.loupe", ...point },

  trainingModel: { name: "training", ...modelId },
  trainingFrame: { name: "frame", ...integer(0, 200) },
  trainingView: { name: "training.view", ...view },

  numbersLayout: { name: "layout", ...choice("pca", "tsne") },
  numbersSize: { name: "layout.d", ...integer(2, 100) },

  labModel: { name: "lab", ...modelId },
  labOther: { name: "lab.beside", ...modelId },
  labZ: { name: "lab.z", ...vector },
  labPinned: { name: "lab.pin", ...flag },
  labView: { name: "lab.view", ...view },
  labLayers: { name: "lab.layers", ...layers },
  labLabel: { name: "lab.label", ...integer(0, MOST_CLASSES) },
  labFrom: { name: "lab.from", ...vector },
  labTo: { name: "lab.to", ...vector },
  labWay: { name: "lab.way", ...choice("line", "arc") },
  labAt: { name: "lab.at", ...integer(0, 1000) },
  labOtherZ: { name: "lab.beside.z", ...vector },
  labOtherPinned: { name: "lab.beside.pin", ...flag },
  labOtherView: { name: "lab.beside.view", ...view },
  labOtherLabel: { name: "lab.beside.label", ...integer(0, MOST_CLASSES) },

  drawing: {
    name: "draw",
    read: decodeStrokes,
    write: (strokes) => (strokes.length > 0 ? encodeStrokes(strokes) : null),
  },
  drawView: { name: "draw.view", ...view },
  drawLayers: { name: "draw.layers", ...layers },

  smooth: { name: "smooth", ...flag },
};

/** Returns what a property is called in the hash. */
export const nameInLink = (key: keyof PageState): string => PROPERTIES[key].name;

const KEYS = Object.keys(PROPERTIES) as (keyof PageState)[];

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
    const key = KEYS.find((candidate) => PROPERTIES[candidate].name === name);
    if (key === undefined || !readInto(state, key, value)) ignored.push(name.slice(0, 20));
  }
  return { state, ignored };
}

function readInto<Key extends keyof PageState>(state: PageState, key: Key, text: string): boolean {
  const value = PROPERTIES[key].read(text);
  if (value === null) return false;
  state[key] = value as PageState[Key];
  return true;
}

/** Writes a state as a hash, "" where everything is at its default. */
export function writeState(state: PageState): string {
  const parts: string[] = [];
  const add = <Key extends keyof PageState>(key: Key): void => {
    const text = PROPERTIES[key].write(state[key]);
    // Commas, dots and the strokes' alphabet are all safe in a hash as they are.
    if (text !== null) parts.push(`${PROPERTIES[key].name}=${text}`);
  };
  for (const key of KEYS) add(key);
  return parts.length > 0 ? `#${parts.join("&")}` : "";
}
