// What a screen reader hears of a map: where z rests, and among which class.

import {
  coordinateDecimals,
  formatPoint,
  type Point,
  type Size,
  type View,
} from "../../core/geometry/viewport";
import { ClassGrid, type Points } from "../../core/points/points";

/** It speaks once z has been still for this long (ms): while it moves, words would only pile up. */
const REST = 600;

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

export class MapReadout {
  readonly #say: (sentence: string) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #grid: ClassGrid | null = null;
  #gridOf: Points | null = null;

  constructor(say: (sentence: string) => void) {
    this.#say = say;
  }

  /** Speaks of the place as it is at rest; each call starts the wait anew. */
  later(place: Place): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#say(this.#describe(place)), REST);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** "z = (0.42, −1.37), nearest class 7, pinned" */
  #describe({ z, symbol, pinned, view, size, points, classNames }: Place): string {
    if (z === null) return "";
    const parts = [`${symbol} = ${formatPoint(z, coordinateDecimals(view, size))}`];
    if (points !== null) {
      const nearest = this.#nearest(points, z);
      parts.push(
        nearest === null ? "outside the data" : `nearest class ${classNames[nearest] ?? nearest}`,
      );
    }
    if (pinned) parts.push("pinned");
    return parts.join(", ");
  }

  #nearest(points: Points, z: Point): number | null {
    if (this.#grid === null || this.#gridOf !== points) {
      this.#grid = new ClassGrid(points);
      this.#gridOf = points;
    }
    return this.#grid.nearest(z);
  }
}
