// What mouse, pen and fingers do on a surface: one set of rules for every element.
//
// A press begins a gesture, which lasts until its pointers are released. A capture that is lost and
// a move without buttons are releases that went missing.
// `pointercancel` takes back what the gesture did. So does a pen that comes while fingers lie on the
// surface: they were a palm. Fingers that come while a pen or a mouse presses do nothing.
// A second finger joins the gesture where the element pinches, and else does nothing; a third never
// does.
// Places are shares of the surface's box on the screen, so zoom and scale in CSS do not matter.
import type { Point } from "../core/geometry/viewport";

/** How a pointer's move carries and magnifies what is under the gesture. */
export interface Step {
  /** In shares of the surface; each of two fingers carries half as far as it moves. */
  readonly by: Point;
  /** By how much it magnifies, and about which place: the middle between two fingers. */
  readonly factor: number;
  readonly about: Point;
}

/** What a press has begun. */
export interface Gesture {
  /** A pointer has moved to a place. Without this the browser itself moves what is pressed. */
  move?(at: Point, step: Step, event: PointerEvent): void;
  /** The same pointer, before the frame: `move` follows at the same place. */
  early?(at: Point): void;
  /** A second finger has come. */
  join?(event: PointerEvent): void;
  end?(): void;
  /** Takes back what it did. */
  undo(): void;
}

export interface PointerTarget {
  /** Returns the gesture that a press begins; null: it begins none. */
  press(at: Point, event: PointerEvent): Gesture | null;
  /** A mouse or pen has moved that presses nothing. */
  hover?(at: Point, event: PointerEvent): void;
  /** Where it hovers, before the frame: `hover` follows at the same place. */
  earlyHover?(at: Point): void;
}

export class Pointers {
  readonly #target: PointerTarget;
  #gesture: Gesture | null = null;
  /** Of the pointers of the gesture. */
  #type = "";
  readonly #places = new Map<number, Point>();

  constructor(target: PointerTarget) {
    this.#target = target;
  }

  /** Follows the pointers on a surface; undefined: the surface is gone. */
  readonly watch = (surface: Element | undefined): void => {
    if (surface === undefined) {
      this.#finish();
      return;
    }
    const on = (types: string[], listener: (event: PointerEvent) => void): void => {
      for (const type of types) surface.addEventListener(type, listener as EventListener);
    };
    on(["pointerdown"], this.#down);
    on(["pointermove"], this.#move);
    // Browsers hold moves back until the next frame; some tell of them at once, too.
    if (this.#target.earlyHover !== undefined) on(["pointerrawupdate"], this.#early);
    on(["pointerup", "lostpointercapture"], this.#up);
    on(["pointercancel"], this.#cancel);
  };

  /** Forgets the gesture: what it worked on is gone. */
  drop(): void {
    this.#gesture = null;
    this.#places.clear();
  }

  readonly #down = (event: PointerEvent): void => {
    const { pointerId, pointerType, isPrimary } = event;
    if (event.button > 0) return;
    if (pointerType === "pen" && this.#type === "touch") this.#undo();
    // The first of its kind, so none of that kind can still be pressing.
    else if (isPrimary && pointerType === this.#type) this.#finish();
    const surface = event.currentTarget as HTMLElement;
    const at = placeOn(surface, event);
    if (this.#gesture === null) {
      this.#type = pointerType;
      this.#gesture = this.#target.press(at, event);
    } else {
      const isSecond = pointerType === "touch" && this.#type === "touch" && this.#places.size === 1;
      if (!isSecond || this.#gesture.join === undefined) return;
      this.#gesture.join(event);
    }
    if (this.#gesture === null) return;
    this.#places.set(pointerId, at);
    if (this.#gesture.move !== undefined) surface.setPointerCapture(pointerId);
  };

  readonly #move = (event: PointerEvent): void => {
    const isIdle = event.buttons === 0;
    if (isIdle) this.#up(event);
    const surface = event.currentTarget as HTMLElement;
    const before = this.#places.get(event.pointerId);
    if (before !== undefined) {
      const at = placeOn(surface, event);
      this.#places.set(event.pointerId, at);
      const other = [...this.#places].find(([id]) => id !== event.pointerId)?.[1];
      this.#gesture?.move?.(at, stepOf(before, at, other, boxOf(surface, event)), event);
    } else if (isIdle && this.#gesture === null) {
      this.#target.hover?.(placeOn(surface, event), event);
    }
  };

  readonly #early = (event: PointerEvent): void => {
    const at = placeOn(event.currentTarget as HTMLElement, event);
    if (event.buttons !== 0) {
      if (this.#places.has(event.pointerId)) this.#gesture?.early?.(at);
    } else if (this.#gesture === null) this.#target.earlyHover?.(at);
  };

  readonly #up = (event: PointerEvent): void => {
    if (this.#places.delete(event.pointerId) && this.#places.size === 0) this.#finish();
  };

  readonly #cancel = (event: PointerEvent): void => {
    if (this.#places.has(event.pointerId)) this.#undo();
  };

  #finish(): void {
    const gesture = this.#gesture;
    this.drop();
    gesture?.end?.();
  }

  #undo(): void {
    const gesture = this.#gesture;
    this.drop();
    gesture?.undo();
  }
}

function stepOf(before: Point, at: Point, other: Point | undefined, box: DOMRect): Step {
  const by: Point = [at[0] - before[0], at[1] - before[1]];
  if (other === undefined) return { by, factor: 1, about: at };
  const apart = (place: Point): number =>
    Math.hypot((place[0] - other[0]) * box.width, (place[1] - other[1]) * box.height);
  return {
    by: [by[0] / 2, by[1] / 2],
    factor: Math.max(apart(at), 1) / Math.max(apart(before), 1),
    about: [(at[0] + other[0]) / 2, (at[1] + other[1]) / 2],
  };
}

/** How long (ms) a surface's box is trusted where no event announces a change. */
const BOX_LIFE = 100;
let known: { surface: Element; box: DOMRect; until: number } | null = null;
const forget = (): void => {
  known = null;
};
addEventListener("scroll", forget, { capture: true, passive: true });

/** Asking the browser forces a layout, which no move of a pointer should wait for. */
function boxOf(surface: Element, event: Event): DOMRect {
  if (known?.surface !== surface || event.timeStamp > known.until) {
    const box = surface.getBoundingClientRect();
    known = { surface, box, until: event.timeStamp + BOX_LIFE };
  }
  return known.box;
}

/** Where an event lies, in shares of the surface. */
export function placeOn(surface: Element, event: MouseEvent): [number, number] {
  const box = boxOf(surface, event);
  return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
}
