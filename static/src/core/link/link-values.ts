// The kinds of values that a link can hold: each reads itself from text, checks that, and writes it.

import type { View } from "../geometry/viewport";
import { decodeStrokes, encodeStrokes, type Stroke } from "../image/strokes";
import { readSource } from "../latent/attributes";

/** Which layers of a map are on; one that is not in it is as the section has it at first. */
export type LayerState = Readonly<Record<string, boolean>>;

/** Labels are checked against their model where they are used. */
const MOST_CLASSES = 65535;

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

/** A kind of value that is null until a link or the reader says otherwise. */
const optional = <Value>(
  read: (text: string) => Value | null,
  write: (value: Value) => string | null,
): Kind<Value | null> => ({
  initial: null,
  read,
  write: (value) => (value === null ? null : write(value)),
});

export const point = optional(
  (text) => readNumbers(text, 2) as [number, number] | null,
  (value) => value.map(short).join(","),
);

/** Any number of numbers: a z of many latents. */
export const vector = optional(
  (text) => readNumbers(text, null),
  (value) => roundVector(value).map(short).join(","),
);

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

export const view = optional<View>(
  (text) => {
    const [x = 0, y = 0, scale = 0] = readNumbers(text, 3) ?? [];
    return scale > 0 ? { centre: [x, y], scale } : null;
  },
  (value) => [...value.centre, value.scale].map(short).join(","),
);

/** A whole number from `low` to `high`. */
export const integer = (low: number, high: number): Kind<number | null> =>
  optional((text) => {
    const value = /^-?\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
    return value >= low && value <= high ? value : null;
  }, String);

/** A class of a model, by its index. */
export const label = integer(0, MOST_CLASSES);

export const labels = optional(
  (text) => {
    const numbers = text.split(",").map((part) => label.read(part) ?? -1);
    return numbers.includes(-1) ? null : numbers;
  },
  (value) => value.join(",") || null,
);

const word = (value: string): string => value;

export const modelId = optional((text) => (/^[a-z0-9-]{1,60}$/.test(text) ? text : null), word);

/** Several ids; none at all is a choice, too. */
export const modelIds = optional<readonly string[]>(
  (text) => {
    if (text === NOBODY) return [];
    const ids = text.split(",");
    return ids.length <= MOST_IDS && ids.every((id) => modelId.read(id) !== null) ? ids : null;
  },
  (value) => value.join(",") || NOBODY,
);

/** One of a few words. */
export const choice = <Word extends string>(...words: readonly Word[]): Kind<Word | null> =>
  optional((text) => words.find((each) => each === text) ?? null, word);

/** Switches: "density.-points" has density on and points off. */
export const layers = optional<LayerState>(
  (text) => {
    const words = text.split(".");
    if (words.length > 20 || words.some((each) => !/^-?[a-z]{1,20}$/.test(each))) return null;
    return Object.fromEntries(words.map((each) => [each.replace("-", ""), !each.startsWith("-")]));
  },
  (value) =>
    Object.entries(value)
      .map(([name, on]) => (on ? name : `-${name}`))
      .join(".") || null,
);

/** A face that a link can hold. */
export const face = optional((text) => (readSource(text) === null ? null : text), word);

/** A drawing. */
export const strokes: Kind<Stroke[]> = {
  initial: [],
  read: decodeStrokes,
  write: (value) => encodeStrokes(value) || null,
};
