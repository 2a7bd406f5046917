// Moving and zooming a square crop by pointer, fingers (two zoom), wheel and keys.
import { type Crop, firstCrop, moveCrop, zoomCrop } from "../../core/image/crop";
import { arrowOf, isBrowsersKey } from "../keys";
import { type Gesture, Pointers, placeOn, type Step } from "../pointers";
import type { FacePhoto } from "./face-photo";

const KEY_STEP = 0.02;
const LEAP = 5;
const KEY_ZOOM = 1.15;
/** A wheel's notch of 100 pixels zooms by about a fifth. */
const WHEEL = 0.002;

export class CropGestures {
  readonly #pointers = new Pointers({ press: (_at, event) => this.#press(event) });
  readonly watch = this.#pointers.watch;

  constructor(private readonly target: FacePhoto) {}

  #press(event: PointerEvent): Gesture {
    event.preventDefault();
    const surface = event.currentTarget as HTMLElement;
    surface.focus({ preventScroll: true, focusVisible: false } as FocusOptions);
    const { picture, crop } = this.target;
    return {
      move: (_at, step) => this.#move(step),
      join: () => {},
      end: () => this.target.setCrop(this.target.crop, true),
      undo: () => {
        if (this.target.picture === picture) this.target.setCrop(crop, true);
      },
    };
  }

  #move({ by, factor, about }: Step): void {
    const { picture, crop } = this.target;
    if (picture === null) return;
    const moved = moveCrop(crop, ...by, picture);
    this.target.setCrop(zoomCrop(moved, factor, ...about, picture), false);
  }

  readonly wheel = (event: WheelEvent): void => {
    const { picture, crop } = this.target;
    if (picture === null) return;
    event.preventDefault();
    const factor = Math.exp(-event.deltaY * WHEEL);
    this.target.setCrop(
      zoomCrop(crop, factor, ...placeOn(event.currentTarget as HTMLElement, event), picture),
      true,
    );
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
