// Attribute vectors of a latent space of faces: adding them, and where a face to add them to is from.

import { gaussian } from "./random";

/** An example of the release, a draw from the prior, or the reader's own picture. */
export type Source =
  | { readonly kind: "example"; readonly index: number }
  | { readonly kind: "sample"; readonly seed: number }
  | { readonly kind: "photo" };

/** Seeds of samples, as a link can hold them. */
export const MOST_SEED = 99999;

/** "e3" is the fourth example, "s42" the draw of seed 42; null where the text is neither. */
export function readSource(text: string): Source | null {
  const [, letter, digits] = /^([es])(\d{1,5})$/.exec(text) ?? [];
  if (letter === undefined) return null;
  const number = Number(digits);
  return letter === "e" ? { kind: "example", index: number } : { kind: "sample", seed: number };
}

/** The inverse of `readSource`; null of a picture, which no link can hold. */
export function writeSource(source: Source): string | null {
  if (source.kind === "photo") return null;
  return source.kind === "example" ? `e${source.index}` : `s${source.seed}`;
}

/** Returns the draw of z ~ N(0, I), (d,), that belongs to a seed: the same on every machine. */
export function drawFromPrior(seed: number, latentSize: number): number[] {
  const next = gaussian(seed);
  return Array.from({ length: latentSize }, next);
}

/**
 * Returns z + Σ aₖ vₖ.
 *
 * @param vectors (A, d), one for each attribute.
 * @param weights (A,); the missing ones count as 0.
 */
export function addAttributes(
  z: ArrayLike<number>,
  vectors: readonly ArrayLike<number>[],
  weights: ArrayLike<number>,
): number[] {
  return Array.from(z, (value, i) =>
    vectors.reduce((sum, vector, k) => sum + (weights[k] ?? 0) * (vector[i] as number), value),
  );
}

/** Returns, row by row, z + m·v of each vector v for each multiple m: (vectors · multiples, d). */
export function multiplesOf(
  z: ArrayLike<number>,
  vectors: readonly ArrayLike<number>[],
  multiples: readonly number[],
): number[][] {
  return vectors.flatMap((vector) => multiples.map((m) => addAttributes(z, [vector], [m])));
}

/** Weights (A,) of one model's attributes, laid out by name for another's; what it lacks is lost. */
export function weightsFor(
  names: readonly string[],
  theirNames: readonly string[],
  weights: ArrayLike<number>,
): number[] {
  return names.map((name) => weights[theirNames.indexOf(name)] ?? 0);
}

/** The attributes' numbers by use: first those that are read best; as they come where unknown. */
export function byUse(count: number, read: readonly number[] = []): number[] {
  return [...Array(count).keys()].sort((a, b) => (read[b] ?? 0) - (read[a] ?? 0));
}

/** Decodes base64 of n · H·W·C bytes into images in 0…1; null where they are not that many. */
export function imagesFromBase64(text: string, count: number): Float32Array | null {
  const letters = atob(text);
  if (count === 0 || letters.length % count !== 0) return null;
  return Float32Array.from(letters, (letter) => letter.charCodeAt(0) / 255);
}
