// Turns mouse, pen and touch on a map's surface into intentions: a new view, a place, a click.
//
// d3-zoom handles wheel, pinch and drag; its filter leaves one finger and the pen to z. It works on a transform relative to the home view; `sync` tells
// it of views that came from elsewhere.
import { select } from "d3-selection";
import { type D3ZoomEvent, type ZoomTransform, zoom, zoomIdentity, zoomTransform } from "d3-zoom";
import {
  clamp,
  clampView,
  type Limits,
  type Point,
  type Size,
  toData,
  toPixel,
  type View,
} from "../../core/geometry/viewport";

export type Source = "pointer" | "touch" | "keyboard";

/** What gestures and keys read from a map and do to it for the reader. */
export interface MapTarget {
  readonly z: Point | null;
  readonly pinned: boolean;
  readonly view: View;
  readonly home: View;
  readonly size: Size;
  readonly limits: Limits;
  viewBy(view: View): void;
  moveTo(z: Point, source: Source): void;
  pin(pinned: boolean): void;
}

/** A press that moves less than this (CSS pixels) is still a click. */
const CLICK_DISTANCE = 4;
/** A second finger this soon (ms) means that the first was never meant to move z. */
const PINCH_DELAY = 300;
/** How long (ms) the surface's place on the screen is trusted where no event announces a change. */
const PLACE_LIFE = 100;

export class MapGestures {
  readonly #surface: HTMLElement;
  readonly #target: MapTarget;
  readonly #zoom = zoom<HTMLElement, unknown>();
  readonly #abort = new AbortController();
  readonly #fingers = new Set<number>();
  #syncing = false;
  #pinching = false;
  #pressedBy = "mouse";
  #fingerAt = 0;
  #released: Point | null = null;
  #beforeFinger: (() => void) | null = null;
  #beforeClicks: (() => void) | null = null;
  #place: { left: number; top: number; until: number } | null = null;

  constructor(surface: HTMLElement, target: MapTarget) {
    this.#surface = surface;
    this.#target = target;
    this.#startZoom();
    const signal = this.#abort.signal;
    surface.addEventListener("pointerdown", this.#onDown, { signal });
    surface.addEventListener("pointermove", this.#onMove, { signal });
    surface.addEventListener("pointerup", this.#onUp, { signal });
    surface.addEventListener("pointercancel", this.#onUp, { signal });
    surface.addEventListener("pointerenter", this.#forgetPlace, { signal });
    surface.addEventListener("click", this.#onClick, { signal });
    surface.addEventListener("dblclick", this.#onDoubleClick, { signal });
    // d3-zoom lets the wheel through once the zoom is at its end; the page must not scroll then.
    const stay = (event: Event): void => event.preventDefault();
    surface.addEventListener("wheel", stay, { signal, passive: false });
    addEventListener("scroll", this.#forgetPlace, { signal, capture: true, passive: true });
    addEventListener("resize", this.#forgetPlace, { signal });
  }

  /** Takes over the target's view: after it, its home or the size changed otherwise. */
  sync(): void {
    const transform = this.#toTransform(this.#target.view);
    // A view that a gesture itself made comes back here but for rounding: it must not disturb it.
    if (close(transform, zoomTransform(this.#surface))) return;
    this.#forgetPlace();
    this.#syncing = true;
    select(this.#surface).call(this.#zoom.transform, transform);
    this.#syncing = false;
  }

  destroy(): void {
    this.#abort.abort();
    select(this.#surface).on(".zoom", null);
  }

  #startZoom(): void {
    this.#zoom
      .touchable(() => true)
      .clickDistance(CLICK_DISTANCE)
      // The default asks the browser for the extent, which forces a layout in each gesture.
      .extent(() => [
        [0, 0],
        [this.#target.size.width, this.#target.size.height],
      ])
      .filter((event: Event) => this.#belongsToZoom(event))
      .constrain((transform) => {
        const { limits } = this.#target;
        return this.#toTransform(clampView(this.#toView(transform), limits));
      })
      .on("start", () => {
        const { home, limits } = this.#target;
        this.#zoom.scaleExtent([home.scale / limits.maxScale, home.scale / limits.minScale]);
      })
      .on("zoom", (event: D3ZoomEvent<HTMLElement, unknown>) => {
        if (this.#syncing) return;
        const pans = event.sourceEvent?.type === "mousemove";
        this.#surface.toggleAttribute("data-panning", pans);
        this.#target.viewBy(this.#toView(event.transform));
      })
      .on("end", () => this.#surface.removeAttribute("data-panning"));
    select(this.#surface).call(this.#zoom).on("dblclick.zoom", null);
  }

  #belongsToZoom(event: Event): boolean {
    if (event.type === "touchstart") return (event as TouchEvent).targetTouches.length > 1;
    if (event.type === "mousedown") {
      // Touch and pen are followed by mouse events made up for old pages.
      return (event as MouseEvent).button === 0 && this.#pressedBy === "mouse";
    }
    return event.type === "wheel";
  }

  // A view as d3-zoom sees it: how its pixels derive from those of the home view.

  #toTransform(view: View): ZoomTransform {
    const { home, size } = this.#target;
    const [x, y] = toPixel(home, size, view.centre);
    const k = home.scale / view.scale;
    return zoomIdentity.translate(size.width / 2 - x * k, size.height / 2 - y * k).scale(k);
  }

  #toView(transform: ZoomTransform): View {
    const { home, size } = this.#target;
    const centre = transform.invert([size.width / 2, size.height / 2]);
    return { centre: toData(home, size, centre), scale: home.scale / transform.k };
  }

  readonly #onDown = (event: PointerEvent): void => {
    this.#pressedBy = event.pointerType;
    if (event.pointerType === "pen") this.#point(event, "pointer", true);
    if (event.pointerType !== "touch") return;
    this.#fingers.add(event.pointerId);
    if (this.#fingers.size === 1) {
      this.#pinching = false;
      this.#fingerAt = event.timeStamp;
      this.#beforeFinger = this.#remember();
      this.#point(event, "touch", true);
    } else {
      this.#pinching = true;
      if (event.timeStamp - this.#fingerAt < PINCH_DELAY) this.#beforeFinger?.();
      this.#beforeFinger = null;
    }
  };

  readonly #onMove = (event: PointerEvent): void => {
    if (event.pointerType === "touch") {
      if (!this.#pinching) this.#point(event, "touch", true);
    } else if (event.pointerType === "pen" || event.buttons === 0) {
      this.#point(event, "pointer", event.buttons !== 0);
    }
  };

  readonly #onUp = (event: PointerEvent): void => {
    this.#released = this.#pixel(event);
    this.#fingers.delete(event.pointerId);
  };

  readonly #onClick = (event: MouseEvent): void => {
    if (event.detail <= 1) this.#beforeClicks = this.#remember();
    this.#moveTo(this.#clicked(event), this.#pressedBy === "touch" ? "touch" : "pointer");
    this.#target.pin(!this.#target.pinned);
  };

  /** Its two clicks have pinned and unpinned, perhaps elsewhere: both are undone. */
  readonly #onDoubleClick = (event: MouseEvent): void => {
    event.preventDefault();
    this.#beforeClicks?.();
    this.#beforeClicks = null;
    this.#target.viewBy(this.#target.home);
  };

  /** Moves z to where the event is; a pinned z yields to a press, not to hovering. */
  #point(event: MouseEvent, source: Source, pressed: boolean): void {
    if (pressed || !this.#target.pinned) this.#moveTo(this.#pixel(event), source);
  }

  #moveTo(pixel: Point, source: Source): void {
    const { view, size } = this.#target;
    this.#target.moveTo(toData(view, size, pixel), source);
  }

  /** A click has whole pixels only; the release before it is more precise, as hovering was. */
  #clicked(event: MouseEvent): Point {
    const pixel = this.#pixel(event);
    const [x, y] = this.#released ?? pixel;
    return Math.hypot(x - pixel[0], y - pixel[1]) < 2 ? [x, y] : pixel;
  }

  /** Notes z and the pin; the function returned puts them back. */
  #remember(): () => void {
    const { z, pinned } = this.#target;
    return () => {
      this.#target.pin(pinned);
      if (z !== null) this.#target.moveTo(z, "pointer");
    };
  }

  /** Where an event lies on the surface; a finger that slid off it stays at the edge. */
  #pixel(event: MouseEvent): [number, number] {
    if (this.#place === null || event.timeStamp > this.#place.until) {
      const { left, top } = this.#surface.getBoundingClientRect();
      this.#place = { left, top, until: event.timeStamp + PLACE_LIFE };
    }
    const { width, height } = this.#target.size;
    return [
      clamp(event.clientX - this.#place.left, 0, width),
      clamp(event.clientY - this.#place.top, 0, height),
    ];
  }

  readonly #forgetPlace = (): void => {
    this.#place = null;
  };
}

function close(a: ZoomTransform, b: ZoomTransform): boolean {
  return (
    Math.abs(a.k - b.k) < 1e-9 * b.k && Math.abs(a.x - b.x) < 1e-6 && Math.abs(a.y - b.y) < 1e-6
  );
}
