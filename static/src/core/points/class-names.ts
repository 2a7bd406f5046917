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

/** The room (px) that a name takes, upwards, and what it keeps free at its sides. */
export const NAME_HEIGHT = 17;
const NAME_GAP = 5;
const PUSHES = 60;

/**
 * Pushes names that would cover one another apart, each pair the shorter way; those that find no
 * room in so many pushes are left out.
 *
 * @returns the middle of each name; null: left out.
 */
export function namesApart(names: readonly PlacedName[]): (Point | null)[] {
  const at = names.map(({ place: [x, y] }): [number, number] => [x, y]);
  /** How far two names lie over each other, across and down; ≤ 0: not at all. */
  const overlap = (i: number, j: number): Point => {
    const [a, b] = [at[i] as Point, at[j] as Point];
    const width = ((names[i] as PlacedName).width + (names[j] as PlacedName).width) / 2 + NAME_GAP;
    return [width - Math.abs(a[0] - b[0]), NAME_HEIGHT - Math.abs(a[1] - b[1])];
  };
  const isOver = (i: number, j: number): boolean => overlap(i, j).every((one) => one > 0.5);
  for (let push = 0; push < PUSHES; push++) {
    let isDone = true;
    for (let i = 0; i < at.length; i++) {
      for (let j = i + 1; j < at.length; j++) {
        if (!isOver(i, j)) continue;
        isDone = false;
        const [a, b] = [at[i] as [number, number], at[j] as [number, number]];
        const [across, down] = overlap(i, j);
        const axis = across < down ? 0 : 1;
        const half = ((axis === 0 ? across : down) / 2) * (a[axis] <= b[axis] ? 1 : -1);
        a[axis] -= half;
        b[axis] += half;
      }
    }
    if (isDone) break;
  }
  const kept: number[] = [];
  return at.map((place, i) => {
    if (kept.some((j) => isOver(i, j))) return null;
    kept.push(i);
    return place;
  });
}
