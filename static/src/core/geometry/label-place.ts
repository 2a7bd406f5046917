// Where the label of a mark on a map stands: beside it, inside the map, and over no name.

import { clamp, type Point, type Size } from "./viewport";

/** A box around a middle, CSS pixels. */
export interface Box {
  readonly middle: Point;
  readonly width: number;
  readonly height: number;
}

/** A label's left and top edge, from the map's own. */
export type Corner = readonly [left: number, top: number];

/** Between the mark and the label's side, and its upper and its lower edge. */
const BESIDE = 13;
const BELOW = 8;
/** How many labels' heights further away it may stand. */
const FARTHEST = 6;

/**
 * Returns where the label stands: right of and above the mark, or at the nearest other corner of it
 * at which it covers no name, which may be some lines away; at the first one, where it finds none.
 *
 * @param above from the mark up to the label's upper edge.
 * @param isLifted the mark is under a finger, which hides what is below it.
 */
export function placeLabel(
  [x, y]: Point,
  label: Size,
  map: Size,
  names: readonly Box[],
  above: number,
  isLifted: boolean,
): Corner {
  const most = Math.max(0, map.width - label.width);
  const inside = (left: number): boolean => left >= 0 && left <= most;
  const sides = [x + BESIDE, x - BESIDE - label.width].filter(inside);
  // Where neither side has room for it, it is at the map's edge, over the mark or under it.
  if (sides.length === 0) sides.push(clamp(x - BESIDE - label.width, 0, most));
  const isUnderHidden = isLifted && y >= above;
  const heights = Array.from({ length: FARTHEST }, (_, line) => line * label.height)
    .flatMap((away) => [y - above - away, ...(isUnderHidden ? [] : [y + BELOW + away])])
    .filter((top) => top >= 0 && top + label.height <= map.height);
  const corners = heights.flatMap((top) => sides.map((left): Corner => [left, top]));
  const isFree = ([left, top]: Corner): boolean =>
    names.every(
      ({ middle, width, height }) =>
        Math.abs(middle[0] - left - label.width / 2) >= (width + label.width) / 2 ||
        Math.abs(middle[1] - top - label.height / 2) >= (height + label.height) / 2,
    );
  return corners.find(isFree) ?? corners[0] ?? [sides[0] as number, 0];
}
