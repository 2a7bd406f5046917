// The names of many classes: which of them are meant, and which have room on a map.

import type { Point, Size } from "../geometry/viewport";

/** Returns the labels whose name holds the text, those that begin with it first. */
export function classesNamed(names: readonly string[], text: string): number[] {
  const wanted = text.trim().toLocaleLowerCase();
  const found = names.map((name, label) => ({
    label,
    at: name.toLocaleLowerCase().indexOf(wanted),
  }));
  const rank = (at: number): number => (at === 0 ? 0 : 1);
  return found
    .filter(({ at }) => at >= 0)
    .sort((a, b) => rank(a.at) - rank(b.at) || a.label - b.label)
    .map(({ label }) => label);
}

/** A name on the map: its middle, CSS pixels, and how wide it is. */
export interface PlacedName {
  readonly place: Point;
  readonly width: number;
}

/** From the middle of one name to that of the next below, at least. */
const LINE = 26;
/** Between two names side by side, at least. */
const GAP = 16;

/** Returns the indices of the names that fit into a map without covering each other, first served. */
export function namesThatFit(names: readonly PlacedName[], size: Size): number[] {
  const kept: number[] = [];
  for (const [i, { place, width }] of names.entries()) {
    const [x, y] = place;
    const inside =
      x >= width / 2 && x <= size.width - width / 2 && y >= LINE / 2 && y <= size.height - LINE / 2;
    const isFree = kept.every((j) => {
      const other = names[j] as PlacedName;
      const across = Math.abs(other.place[0] - x) - (other.width + width) / 2;
      return across >= GAP || Math.abs(other.place[1] - y) >= LINE;
    });
    if (inside && isFree) kept.push(i);
  }
  return kept;
}
