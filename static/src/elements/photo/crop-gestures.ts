// Moving and zooming a square crop by pointer, fingers, wheel and keys.

import { type Crop, firstCrop, moveCrop, zoomCrop } from "../../core/image/crop";

/** What is cropped: a picture of a size, and the crop of it that is seen. */
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

interface Place {
  readonly x: number;
  readonly y: number;
}

export class CropGestures {
  readonly #pointers = new Map<number, Place>();

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
    const other = Array.from(this.#pointers).find(([id]) => id !== event.pointerId)?.[1];
    this.#pointers.set(event.pointerId, now);
    if (other === undefined) {
      this.target.setCrop(moveCrop(crop, now.x - before.x, now.y - before.y, picture), false);
      return;
    }
    // Two fingers: half of each one's way moves, what their distance grows by zooms.
    const [dx, dy] = [(now.x - before.x) / 2, (now.y - before.y) / 2];
    const factor = distance(now, other) / Math.max(distance(before, other), 1e-3);
    const moved = moveCrop(crop, dx, dy, picture);
    const [u, v] = [(now.x + other.x) / 2, (now.y + other.y) / 2];
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
    const { x, y } = place(event);
    const factor = Math.exp(-event.deltaY * WHEEL);
    this.target.setCrop(zoomCrop(crop, factor, x, y, picture), true);
  };

  readonly key = (event: KeyboardEvent): void => {
    const { picture, crop } = this.target;
    if (picture === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = KEY_STEP * (event.shiftKey ? LEAP : 1);
    const moves: Record<string, () => Crop> = {
      ArrowLeft: () => moveCrop(crop, -step, 0, picture),
      ArrowRight: () => moveCrop(crop, step, 0, picture),
      ArrowUp: () => moveCrop(crop, 0, -step, picture),
      ArrowDown: () => moveCrop(crop, 0, step, picture),
      "+": () => zoomCrop(crop, KEY_ZOOM, 0.5, 0.5, picture),
      "=": () => zoomCrop(crop, KEY_ZOOM, 0.5, 0.5, picture),
      "-": () => zoomCrop(crop, 1 / KEY_ZOOM, 0.5, 0.5, picture),
      "0": () => firstCrop(picture),
    };
    const made = moves[event.key];
    if (made === undefined) return;
    event.preventDefault();
    this.target.setCrop(made(), true);
  };
}

/** Where an event is, in shares of the surface it is on. */
function place(event: MouseEvent): Place {
  const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
  return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
}

const distance = (a: Place, b: Place): number => Math.hypot(a.x - b.x, a.y - b.y);
