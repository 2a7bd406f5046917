// Turns mouse, pen and touch on a map's surface into intentions: a new view, a place, a click.
//
// A mouse moves z by hovering and pans by dragging; a pen and one finger move z by pressing; two
// fingers pan and zoom, and so does the wheel. With Shift, a mouse or a pen draws a lasso.
import { clamp, clampView, type Point, toData, zoomWithin } from "../../core/geometry/viewport";
import { type Gesture, Pointers, placeOn, type Step } from "../pointers";
import type { LatentMap, Source } from "./latent-map";

/** A press that moves less than this (CSS pixels) is still a click. */
const CLICK_DISTANCE = 4;
/** A second finger this soon (ms) means that the first was never meant to move z. */
const PINCH_DELAY = 300;
/** Doublings of the zoom for each unit of the wheel, which counts pixels, lines or pages. */
const WHEEL = [0.002, 0.05, 1] as const;
/** A pinch on a touchpad comes as a wheel with Ctrl, in smaller steps. */
const PINCHED = 10;

export class MapGestures {
  readonly #surface: HTMLElement;
  readonly #target: LatentMap;
  #pressedBy = "mouse";
  /** Where the last press is or was, and whether it has left the place where it began. */
  #pressedAt: Point | null = null;
  #dragged = false;
  #beforeClicks: (() => void) | null = null;

  constructor(surface: HTMLElement, target: LatentMap) {
    this.#surface = surface;
    this.#target = target;
    // A pinned z yields to a press, not to hovering.
    const hover = (at: Point): void => {
      if (!this.#target.pinned) this.#moveTo(at, "pointer");
    };
    const press = (at: Point, event: PointerEvent): Gesture => this.#press(at, event);
    // The digit is decoded while the frame is still to come; at the same place nothing moves again.
    const pointers = new Pointers({ press, hover, earlyHover: hover });
    pointers.watch(surface);
    surface.addEventListener("click", this.#onClick);
    surface.addEventListener("dblclick", this.#onDoubleClick);
    surface.addEventListener("wheel", this.#onWheel, { passive: false });
  }

  #press(start: Point, { pointerType, shiftKey, timeStamp }: PointerEvent): Gesture {
    this.#pressedBy = pointerType;
    this.#pressedAt = start;
    this.#dragged = false;
    if (this.#target.lasso && shiftKey && pointerType !== "touch") {
      this.#dragged = true; // its click pins nothing
      return this.#target.lassoTool.gesture(start, (at) => this.#dataAt(at));
    }
    const undo = this.#remember();
    const source = pointerType === "touch" ? "touch" : "pointer";
    let pans = pointerType === "mouse";
    if (!pans) this.#moveTo(start, source);
    return {
      move: (at, step) => {
        this.#pressedAt = at;
        const { width, height } = this.#target.size;
        const [dx, dy] = [(at[0] - start[0]) * width, (at[1] - start[1]) * height];
        this.#dragged ||= Math.hypot(dx, dy) > CLICK_DISTANCE;
        this.#surface.toggleAttribute("data-panning", pointerType === "mouse");
        if (pans) this.#carry(step);
        else this.#moveTo(at, source);
      },
      early: (at) => {
        if (!pans) this.#moveTo(at, source);
      },
      join: (event) => {
        pans = true;
        if (event.timeStamp - timeStamp < PINCH_DELAY) undo();
      },
      end: () => this.#surface.removeAttribute("data-panning"),
      undo: () => {
        this.#surface.removeAttribute("data-panning");
        undo();
      },
    };
  }

  /** Pans and zooms with what the pointers hold. */
  #carry({ by, factor, about }: Step): void {
    const { view, size, limits } = this.#target;
    const pixel = this.#pixel([0.5 - by[0], 0.5 - by[1]]);
    const panned = clampView({ ...view, centre: toData(view, size, pixel) }, limits);
    const held = toData(panned, size, this.#pixel(about));
    this.#target.viewBy(zoomWithin(panned, held, factor, limits));
  }

  readonly #onWheel = (event: WheelEvent): void => {
    event.preventDefault(); // the page does not scroll, not even at the end of the zoom
    const { deltaY, deltaMode, ctrlKey } = event;
    const doublings = -deltaY * (WHEEL[deltaMode] ?? 1) * (ctrlKey ? PINCHED : 1);
    this.#carry({ by: [0, 0], factor: 2 ** doublings, about: placeOn(this.#surface, event) });
  };

  readonly #onClick = (event: MouseEvent): void => {
    if (this.#dragged) return;
    if (event.detail <= 1) this.#beforeClicks = this.#remember();
    // A click has whole pixels only; the press before it is more precise, as hovering was.
    const at = this.#pressedAt ?? placeOn(this.#surface, event);
    this.#moveTo(at, this.#pressedBy === "touch" ? "touch" : "pointer");
    this.#target.pin(!this.#target.pinned);
  };

  /** Its two clicks have pinned and unpinned, perhaps elsewhere: both are undone. */
  readonly #onDoubleClick = (event: MouseEvent): void => {
    event.preventDefault();
    this.#beforeClicks?.();
    this.#beforeClicks = null;
    this.#target.viewBy(this.#target.home);
  };

  /** A finger that slid off the surface stays at its edge. */
  #moveTo([x, y]: Point, source: Source): void {
    this.#target.moveTo(this.#dataAt([clamp(x, 0, 1), clamp(y, 0, 1)]), source);
  }

  #dataAt(at: Point): Point {
    return this.#target.zAt(this.#pixel(at));
  }

  /** Notes z, the pin and the view; the function returned puts them back. */
  #remember(): () => void {
    const { z, pinned, view } = this.#target;
    return () => {
      this.#target.pin(pinned);
      if (z !== null) this.#target.moveTo(z, "pointer");
      this.#target.viewBy(view);
    };
  }

  #pixel([x, y]: Point): Point {
    const { width, height } = this.#target.size;
    return [x * width, y * height];
  }
}
