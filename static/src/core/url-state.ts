// The page's state in the URL's hash: one table of properties reads it, checks it and writes it.

import { decodeStrokes, encodeStrokes, type Stroke } from "./strokes";
import type { View } from "./viewport";

export interface PageState {
  /** The model of the first map; null: the one it opens on. */
  mapModel: string | null;
  /** The point on the first map. */
  z: [number, number] | null;
  pinned: boolean;
  view: View | null;
  /** The model whose ten digits are compared. */
  labelsModel: string | null;
  labelsZ: [number, number] | null;
  labelsPinned: boolean;
  drawing: Stroke[];
  smooth: boolean;
}

export const DEFAULT_STATE: PageState = {
  mapModel: null,
  z: null,
  pinned: false,
  view: null,
  labelsModel: null,
  labelsZ: null,
  labelsPinned: false,
  drawing: [],
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

function readNumbers(text: string, count: number): number[] | null {
  const parts = text.split(",");
  if (parts.length !== count || parts.some((part) => !/^-?\d{1,4}(\.\d{1,6})?$/.test(part)))
    return null;
  const numbers = parts.map(Number);
  return numbers.every((number) => Math.abs(number) <= FARTHEST) ? numbers : null;
}

// Zoomed in as far as can be, a pixel is a few hundred-thousandths of a unit.
const short = (value: number): string => String(Number(value.toFixed(6)));

const point: Omit<Property<[number, number] | null>, "name"> = {
  read: (text) => readNumbers(text, 2) as [number, number] | null,
  write: (value) => (value === null ? null : value.map(short).join(",")),
};
const flag: Omit<Property<boolean>, "name"> = {
  read: (text) => (text === "1" ? true : null),
  write: (value) => (value ? "1" : null),
};

const modelId: Omit<Property<string | null>, "name"> = {
  read: (text) => (/^[a-z0-9-]{1,60}$/.test(text) ? text : null),
  write: (value) => value,
};

const PROPERTIES: { [Key in keyof PageState]: Property<PageState[Key]> } = {
  mapModel: { name: "map", ...modelId },
  z: { name: "z", ...point },
  pinned: { name: "pin", ...flag },
  view: {
    name: "view",
    read: (text) => {
      const numbers = readNumbers(text, 3) as [number, number, number] | null;
      return numbers && numbers[2] > 0
        ? { centre: [numbers[0], numbers[1]], scale: numbers[2] }
        : null;
    },
    write: (view) => view && [...view.centre, view.scale].map(short).join(","),
  },
  labelsModel: { name: "labels", ...modelId },
  labelsZ: { name: "lz", ...point },
  labelsPinned: { name: "lpin", ...flag },
  drawing: {
    name: "draw",
    read: decodeStrokes,
    write: (strokes) => (strokes.length > 0 ? encodeStrokes(strokes) : null),
  },
  smooth: { name: "smooth", ...flag },
};

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
