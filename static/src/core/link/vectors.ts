// Points as people type and read them.

import { formatNumber } from "../geometry/viewport";

/** Reads exactly `count` numbers, separated by commas or spaces; null where the text is not that. */
export function parseVector(text: string, count: number): number[] | null {
  const parts = text
    .replaceAll("−", "-")
    .replace(/^[\s([]+|[\s)\]]+$/g, "")
    .split(/\s*,\s*|\s+/);
  if (parts.length !== count) return null;
  const numbers = parts.map((part) => (part === "" ? Number.NaN : Number(part)));
  return numbers.every((number) => Number.isFinite(number)) ? numbers : null;
}

/** Numbers shown of a long vector. */
const SHOWN = 4;

/** "(0.42, −1.37)"; of a long one the first few: "(0.42, −1.37, 0.10, 0.00, … 96 more)". */
export function formatVector(z: readonly number[], decimals = 2): string {
  const numbers = z.slice(0, z.length > SHOWN + 1 ? SHOWN : z.length);
  const rest = z.length - numbers.length;
  const more = rest > 0 ? `, … ${rest} more` : "";
  return `(${numbers.map((value) => formatNumber(value, decimals)).join(", ")}${more})`;
}
