// Moving and zooming a square crop by pointer, fingers, wheel and keys.

import type { Point } from "../../core/geometry/viewport";
import { type Crop, firstCrop, moveCrop, zoomCrop } from "../../core/image/crop";
import { arrowOf, isBrowsersKey } from "../keys";

/** A picture and its present crop. */
export interface CropTarget {
  readonly picture: { readonly width: number; readonly height: number } | null;
  readonly crop: Crop;
  /** Takes another crop; `final` once the reader lets go. */
  setCrop(crop: Crop, final: boolean): void;
}

const KEY_STEP = 0.02;
const LEAP = 5;
const KEY_ZOOM = 1.15;
/** A wheel's notch of 100 pixels zooms by about a fifth. */
const WHEEL = 0.002;

export class CropGestures {
  readonly #pointers = new Map<number, Point>();

  constructor(private readonly target: CropTarget) {}

  readonly down = (event: PointerEvent): void => {
    if (event.button > 0) return;
    const surface = event.currentTarget as HTMLElement;
    surface.setPointerCapture(event.pointerId);
    surface.focus({ preventScroll: true, focusVisible: false } as FocusOptions);
    this.#pointers.set(event.pointerId, place(event));
    event.preventDefault();
  };

  readonly move = (event: PointerEvent): void => {
    const before = this.#pointers.get(event.pointerId);
    const { picture, crop } = this.target;
    if (before === undefined || picture === null) return;
    const now = place(event);
    this.#pointers.set(event.pointerId, now);
    const fingers = this.#pointers.size;
    const [dx, dy] = [(now[0] - before[0]) / fingers, (now[1] - before[1]) / fingers];
    const moved = moveCrop(crop, dx, dy, picture);
    const other = Array.from(this.#pointers).find(([id]) => id !== event.pointerId)?.[1];
    // Each of two fingers moves the picture half as far, and the distance between them zooms.
    const [u, v] = other ? [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2] : now;
    const factor = other ? distance(now, other) / Math.max(distance(before, other), 1e-3) : 1;
    this.target.setCrop(zoomCrop(moved, factor, u, v, picture), false);
  };

  readonly up = (event: PointerEvent): void => {
    if (!this.#pointers.delete(event.pointerId)) return;
    if (this.#pointers.size === 0) this.target.setCrop(this.target.crop, true);
  };

  readonly wheel = (event: WheelEvent): void => {
    const { picture, crop } = this.target;
    if (picture === null) return;
    event.preventDefault();
    const factor = Math.exp(-event.deltaY * WHEEL);
    this.target.setCrop(zoomCrop(crop, factor, ...place(event), picture), true);
  };

  readonly key = (event: KeyboardEvent): void => {
    const { picture, crop } = this.target;
    if (picture === null || isBrowsersKey(event)) return;
    const step = KEY_STEP * (event.shiftKey ? LEAP : 1);
    const arrow = arrowOf(event);
    const factor = { "+": KEY_ZOOM, "=": KEY_ZOOM, "-": 1 / KEY_ZOOM }[event.key];
    let made: Crop;
    if (arrow !== null) made = moveCrop(crop, arrow[0] * step, arrow[1] * step, picture);
    else if (factor !== undefined) made = zoomCrop(crop, factor, 0.5, 0.5, picture);
    else if (event.key === "0") made = firstCrop(picture);
    else return;
    event.preventDefault();
    this.target.setCrop(made, true);
  };
}

/** Where an event is, in shares of the surface it is on. */
function place(event: MouseEvent): [number, number] {
  const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
  return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
}

const distance = (a: Point, b: Point): number => Math.hypot(a[0] - b[0], a[1] - b[1]);
