// What a screen reader hears of a map: where z rests, and among which class.
import {
  coordinateDecimals,
  formatPoint,
  type Point,
  type Size,
  type View,
} from "../../core/geometry/viewport";
import { ClassGrid, type Points } from "../../core/points/points";

export interface Place {
  readonly z: Point | null;
  /** What z is called. */
  readonly symbol: string;
  readonly pinned: boolean;
  readonly view: View;
  readonly size: Size;
  readonly points: Points | null;
  readonly classNames: readonly string[];
}

const grids = new WeakMap<Points, ClassGrid>();

/** "z = (0.42, −1.37), nearest class 7, pinned" */
export function describePlace(place: Place): string {
  const { z, symbol, pinned, view, size, points, classNames } = place;
  if (z === null) return "";
  const parts = [`${symbol} = ${formatPoint(z, coordinateDecimals(view, size))}`];
  if (points !== null) {
    const nearest = nearestClass(points, z);
    parts.push(
      nearest === null ? "outside the data" : `nearest class ${classNames[nearest] ?? nearest}`,
    );
  }
  if (pinned) parts.push("pinned");
  return parts.join(", ");
}

function nearestClass(points: Points, z: Point): number | null {
  const grid = grids.get(points) ?? new ClassGrid(points);
  grids.set(points, grid);
  return grid.nearest(z);
}
