// The kinds of values that a link can hold: each reads itself from text, checks that, and writes it.

import type { View } from "../geometry/viewport";
import { decodeStrokes, encodeStrokes, type Stroke } from "../image/strokes";
import { readSource } from "../latent/attributes";

/** Which layers of a map are on; one that is not in it is as the section has it at first. */
export type LayerState = Readonly<Record<string, boolean>>;

/** Labels are checked against their model where they are used. */
export const MOST_CLASSES = 255;

/** A kind of value. */
export interface Kind<Value> {
  /** What it is where a link says nothing. */
  readonly initial: Value;
  /** Reads a value; null where the text is not one. */
  readonly read: (text: string) => Value | null;
  /** Writes a value; null where it need not be in the link. */
  readonly write: (value: Value) => string | null;
}

// Beyond these nothing is to be seen, and arithmetic on the map loses its digits.
const FARTHEST = 1000;

const MOST_IDS = 50;
const NOBODY = "none";

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

export const point: Kind<[number, number] | null> = {
  initial: null,
  read: (text) => readNumbers(text, 2) as [number, number] | null,
  write: (value) => (value === null ? null : value.map(short).join(",")),
};

/** Any number of numbers: a z of many latents. */
export const vector: Kind<number[] | null> = {
  initial: null,
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

export const flag: Kind<boolean> = {
  initial: false,
  read: (text) => (text === "1" ? true : null),
  write: (value) => (value ? "1" : null),
};

export const view: Kind<View | null> = {
  initial: null,
  read: (text) => {
    const numbers = readNumbers(text, 3) as [number, number, number] | null;
    return numbers && numbers[2] > 0
      ? { centre: [numbers[0], numbers[1]], scale: numbers[2] }
      : null;
  },
  write: (value) => value && [...value.centre, value.scale].map(short).join(","),
};

/** Labels of classes: checked against their model where they are used. */
export const labels: Kind<number[] | null> = {
  initial: null,
  read: (text) => {
    const numbers = /^\d{1,3}(,\d{1,3})*$/.test(text) ? text.split(",").map(Number) : [];
    return numbers.length > 0 && numbers.every((label) => label <= MOST_CLASSES) ? numbers : null;
  },
  write: (value) => (value === null || value.length === 0 ? null : value.join(",")),
};

export const modelId: Kind<string | null> = {
  initial: null,
  read: (text) => (/^[a-z0-9-]{1,60}$/.test(text) ? text : null),
  write: (value) => value,
};

/** Several ids; none at all is a choice, too. */
export const modelIds: Kind<readonly string[] | null> = {
  initial: null,
  read: (text) => {
    if (text === NOBODY) return [];
    const ids = text.split(",");
    return ids.length <= MOST_IDS && ids.every((id) => modelId.read(id) !== null) ? ids : null;
  },
  write: (value) => value && (value.length > 0 ? value.join(",") : NOBODY),
};

/** A whole number from `low` to `high`. */
export function integer(low: number, high: number): Kind<number | null> {
  return {
    initial: null,
    read: (text) => {
      const value = /^-?\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
      return value >= low && value <= high ? value : null;
    },
    write: (value) => (value === null ? null : String(value)),
  };
}

/** One of a few words. */
export function choice<Word extends string>(...words: readonly Word[]): Kind<Word | null> {
  return {
    initial: null,
    read: (text) => words.find((word) => word === text) ?? null,
    write: (value) => value,
  };
}

/** Switches: "density.-points" has density on and points off. */
export const layers: Kind<LayerState | null> = {
  initial: null,
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
export function face(...words: readonly string[]): Kind<string | null> {
  return {
    initial: null,
    read: (text) => (words.includes(text) || readSource(text) !== null ? text : null),
    write: (value) => value,
  };
}

/** A drawing. */
export const strokes: Kind<Stroke[]> = {
  initial: [],
  read: decodeStrokes,
  write: (value) => encodeStrokes(value) || null,
};
