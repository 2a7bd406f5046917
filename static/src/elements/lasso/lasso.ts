// The lasso of a map: an outline that Shift and a drag draw, or the keys, and that selects points.
//
// Keys: L begins an outline at z, which the arrows then draw; Enter closes it, Escape gives it up.
import type { Point } from "../../core/geometry/viewport";
import { rowsInside } from "../../core/points/selection";
import type { LatentMap } from "../map/latent-map";
import type { Gesture } from "../pointers";

export class Lasso {
  /** Corners in latent units: of the outline that is being drawn, or was drawn last. */
  outline: readonly Point[] = [];
  isDrawing = false;
  readonly #map: LatentMap;
  #before: readonly Point[] = [];

  constructor(map: LatentMap) {
    this.#map = map;
    map.addEventListener("latent-change", ({ detail: { z, source } }) => {
      if (this.isDrawing && source === "keyboard") this.#extend(z);
    });
  }

  /** Draws with a pointer; `toData` tells the latent point under it. */
  gesture(start: Point, toData: (at: Point) => Point): Gesture {
    this.#begin(toData(start));
    return {
      move: (at) => this.#extend(toData(at)),
      end: () => this.#close(),
      undo: () => this.#giveUp(),
    };
  }

  /** Does what a key means to the lasso; returns whether it means something. */
  pressKey(key: string): boolean {
    if (key === "l" || key === "L") this.#begin(this.#map.z ?? this.#map.view.centre);
    else if (!this.isDrawing) return false;
    else if (key === "Enter") this.#close();
    else if (key === "Escape") this.#giveUp();
    else return false;
    return true;
  }

  clear(): void {
    this.isDrawing = false;
    this.#show([]);
  }

  #begin(at: Point): void {
    if (!this.isDrawing) this.#before = this.outline;
    this.isDrawing = true;
    this.#show([at]);
  }

  #extend(at: Point): void {
    if (this.isDrawing) this.#show([...this.outline, at]);
  }

  #close(): void {
    const { points, isolated } = this.#map;
    if (this.outline.length < 3 || points === null) {
      this.#giveUp(); // a click with Shift encloses nothing
      return;
    }
    this.isDrawing = false;
    this.#map.select(rowsInside(points, this.outline, isolated));
  }

  #giveUp(): void {
    this.isDrawing = false;
    this.#show(this.#before);
  }

  #show(outline: readonly Point[]): void {
    this.outline = outline;
    this.#map.requestUpdate();
  }
}
