// <latent-map>: the plane of a two-dimensional latent space, in which the reader chooses z.
//
// Attributes    model    id of the model whose map this is (reflected); not used in here
//               state    ready once the points are drawn, or could be if they were near the
//                        screen; new points end an error
//               pinned   z stays where it is while the mouse hovers (reflected)
//               symbol   what the cursor's coordinates are called ("z")
//               lasso    Shift and a drag, or the key L, select points
// Properties    z           [x, y] or null; setting it moves the mark and emits nothing
//               view        {centre: [x, y], scale}: scale is in latent units across the shorter
//                           side, in quantiles of the unit square; null: home; setting it emits
//                           nothing
//               home        the first view, to which a double click returns
//               isolated    labels shown in colour; empty: all
//               selection   rows of the selected points; setting it emits nothing
//               layers      {points, axes, names, cursor, density, regions, circle, ellipses,
//                           targets, lattice, path, drawing, posterior, prior, quantiles:
//                           boolean}: independent switches. A missing one is on, except density,
//                           prior and quantiles, which lays z out at (Φ(z₁), Φ(z₂))
//               hasNormalPrior  whether the prior of the plane is N(0, I): without it, prior and
//                           quantiles stay off
//               posterior   an image's true posterior and its highest point, or null
// Events        latent-change {z, source: "pointer" | "touch" | "keyboard"}, view-change {view},
//               pin-change {pinned, z}, classes-change {isolated}, selection-change {rows}: only
//               for what the reader did
// Methods       moveTo(z, source), viewBy(view), pin(pinned), select(rows): on behalf of the reader, so
//               they emit
// Slots         picture  an <img> of the points of exactly `home`: it is shown until the points
//                        are drawn, and for good where they cannot be
// Style         --map-aspect (default 1), --class-0, --class-1 …, and the page's colours. The frame
//               is as wide as the element, and 44 px of legend follow it: a page that gives an
//               undefined <latent-map> that space never jumps.
//
// Keys: arrows move z (Shift: ten times as far), + − 0 zoom, Enter or Space pins, Escape unpins.
// With `lasso`, L begins an outline at z that the arrows draw; Enter closes it, Escape gives it up.
// A pinned z is let go by a click, and carried by a finger, a pen or the arrow keys.
import { html, nothing, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { afterPicture } from "../../core/async/after-picture";
import { settled } from "../../core/async/settled";
import type { Lattice } from "../../core/geometry/lattice";
import {
  PLAIN,
  QUANTILE_HOME,
  QUANTILES,
  UNIT_SQUARE,
  type Warp,
} from "../../core/geometry/quantiles";
import {
  clampView,
  type Limits,
  limitsOf,
  type Point,
  type Size,
  sameView,
  toData,
  toPixel,
  type View,
} from "../../core/geometry/viewport";
import { boundsOfRegions, paintRegions, warpPixels } from "../../core/image/regions";
import type { PlanePosterior } from "../../core/inference/plane-posterior";
import { type Density, densityOf } from "../../core/points/density";
import { boundsOf, type ClassStatistics, type Points } from "../../core/points/points";
import type { Regions } from "../../core/release/release";
import { AtlasElement, DIGITS } from "../atlas-element";
import { connectWhenNear } from "../connect-when-near";
import { Lasso } from "../lasso/lasso";
import { SelectedPoints } from "../lasso/selected-points";
import { selectionSummary } from "../lasso/selection-summary";
import { paintLattice, paintRgba } from "../paint";
import { base } from "../shared-styles";
import { MapBitmap } from "./map-bitmap";
import { cursorTemplate, describePlace, MapCursor } from "./map-cursor";
import { MapGestures } from "./map-gestures";
import { MapHeat } from "./map-heat";
import { pressKey } from "./map-keys";
import { legend } from "./map-legend";
import { type Palette, readPalette, watchTheme } from "./map-palette";
import { type ClassEllipse, overlay } from "./map-shapes";
import { mapStyles } from "./map-styles";
import { PointsLayer } from "./points-layer";

export type Source = "pointer" | "touch" | "keyboard";

/** What the points, and the pictures among them, are drawn from. */
const REDRAWN = [
  ...["points", "isolated", "classNames", "regions", "lattice", "layers", "hasNormalPrior"],
] as const;
/** Layers that are off until they are switched on. */
const OFF = ["density", "prior", "quantiles"];
/** More device pixels than this cost memory and show no more of a dot. */
const MAX_PIXEL_RATIO = 2;
/** z is spoken once it has rested for this long (ms): while it moves, words would pile up. */
const REST = 600;

@customElement("latent-map")
export class LatentMap extends AtlasElement {
  static override styles = [base, mapStyles];

  override label = "Map of the latent space";
  @property({ reflect: true }) model = "";
  @property({ type: Boolean, reflect: true }) pinned = false;
  @property() symbol = "z";
  @property({ type: Boolean }) lasso = false;
  @property({ attribute: false }) points: Points | null = null;
  @property({ attribute: false }) statistics: readonly ClassStatistics[] | null = null;
  /** One legend button each. */
  @property({ attribute: false }) classNames: readonly string[] = DIGITS;
  @property({ attribute: false }) isolated: readonly number[] = [];
  @property({ attribute: false }) selection: readonly number[] = [];
  @property({ attribute: false }) axisNames: readonly [string, string] = ["z₁", "z₂"];
  /** A drawing's posterior: its mean and standard deviations along the two axes, latent units. */
  @property({ attribute: false }) ellipse: { mu: Point; sigma: Point } | null = null;
  @property({ attribute: false }) posterior: Pick<PlanePosterior, "heat" | "best"> | null = null;
  @property({ attribute: false }) ellipses: readonly ClassEllipse[] = [];
  /** Points marked with a cross. */
  @property({ attribute: false }) targets: readonly Point[] = [];
  @property({ attribute: false }) circle: { centre: Point; radius: number } | null = null;
  /** From A to B, and the position of a marker on it (0…1; null: none). */
  @property({ attribute: false }) path: { points: Point[]; at: number | null } | null = null;
  @property({ attribute: false }) regions: Regions | null = null;
  @property({ attribute: false }) lattice: Lattice | null = null;
  @property({ attribute: false }) layers: Readonly<Record<string, boolean>> = {};
  @property({ attribute: false }) hasNormalPrior = false;

  /** Whether the points are on the screen, or cannot be. */
  @state() private drawn: "not yet" | "yes" | "never" = "not yet";
  @state() private spoken = "";

  @query(".frame") private readonly frame!: HTMLElement;
  @query(".surface") private readonly surface!: HTMLElement;
  @query(".picture") private readonly picture!: HTMLElement;
  @query(".points") private readonly canvasHost!: HTMLElement;

  /** The contours of the points' density, made when they are first shown. */
  density: Density | null = null;
  /** CSS pixels. */
  size: Size = { width: 0, height: 0 };
  #z: Point | null = null;
  #view: View | null = null;
  #home: View = { centre: [0, 0], scale: 8 };
  #limits: Limits | null = null;
  /** Where a warp lays points out. */
  #placed: { points: Points | null; warp: Warp; at: Points | null } | null = null;
  #palette: Palette | null = null;
  #layer: PointsLayer | null = null;
  readonly #regions = new MapBitmap("regions");
  readonly #lattice = new MapBitmap("lattice");
  readonly #heat = new MapHeat();
  readonly #selected = new SelectedPoints();
  readonly lassoTool = new Lasso(this);
  #gestures: MapGestures | null = null;
  #cursor: MapCursor | null = null;
  /** A finger would hide the coordinates beside it. */
  #lifted = false;
  /** After the picture of z, which a mark painted before it would delay. */
  readonly #placeCursorSoon = afterPicture(() => this.#placeCursor());
  readonly #speakSoon = settled<void>(REST, () => {
    this.spoken = describePlace(this);
  });
  readonly #resized = new ResizeObserver(() => this.#measure());
  readonly #passing = new IntersectionObserver(
    (entries) => this.#pass(entries.at(-1)?.isIntersecting ?? true),
    { rootMargin: "100% 0px" },
  );
  #unwatchTheme = (): void => {};
  /** Within a screen of being seen. Beyond, a map gives its WebGL context back: they are few. */
  #near = true;
  /** The points must be drawn anew: the view, the size, the colours or the classes changed. */
  #stale = true;

  get z(): [number, number] | null {
    return this.#z === null ? null : [this.#z[0], this.#z[1]];
  }
  set z(value: Point | null) {
    if (!(value?.every(Number.isFinite) ?? true)) return;
    this.#z = value && [value[0], value[1]];
    this.#placeCursor();
  }

  get view(): View {
    return this.#view ?? this.home;
  }
  set view(value: View | null) {
    this.#show(value && clampView(value, this.limits));
  }

  get home(): View {
    return this.warp === PLAIN ? this.#home : QUANTILE_HOME;
  }
  set home(value: View) {
    this.#home = value;
    this.#limits = null;
    this.#redraw();
  }

  /** How far the reader can pan and zoom. */
  get limits(): Limits {
    const { placed } = this;
    this.#limits ??= limitsOf(this.home, placed && boundsOf(placed));
    return this.#limits;
  }

  /** How the coordinates of z are laid out. All that is drawn or pointed at goes through this. */
  get warp(): Warp {
    return this.hasNormalPrior && this.isOn("quantiles") ? QUANTILES : PLAIN;
  }

  /** The points as they are laid out. */
  get placed(): Points | null {
    const { points, warp } = this;
    if (this.#placed?.points !== points || this.#placed.warp !== warp) {
      const at =
        points === null || warp === PLAIN ? points : { ...points, xy: points.xy.map(warp.place) };
      this.#placed = { points, warp, at };
      this.#limits = null;
    }
    return this.#placed.at;
  }

  /** Where z is laid out: in the units of the view. */
  placeOf(z: Point): [number, number] {
    return [this.warp.place(z[0]), this.warp.place(z[1])];
  }

  zOf(place: Point): [number, number] {
    return [this.warp.z(place[0]), this.warp.z(place[1])];
  }

  /** z → CSS pixels from the map's top left corner. */
  pixelOf(z: Point): [number, number] {
    return toPixel(this.view, this.size, this.placeOf(z));
  }

  zAt(pixel: Point): [number, number] {
    return this.zOf(toData(this.view, this.size, pixel));
  }

  moveTo(z: Point, source: Source): void {
    if (this.#z !== null && this.#z[0] === z[0] && this.#z[1] === z[1]) return;
    this.#z = [z[0], z[1]];
    // First of all: decoding should start before anything is drawn here.
    this.emit("latent-change", { z: this.z, source });
    this.#lifted = source === "touch";
    this.#placeCursorSoon();
    this.#speakSoon();
  }

  viewBy(view: View): void {
    if (sameView(view, this.view)) return;
    this.#show(view);
    this.emit("view-change", { view });
  }

  pin(pinned: boolean): void {
    if (pinned === this.pinned) return;
    this.pinned = pinned;
    this.#placeCursor();
    this.emit("pin-change", { pinned, z: this.z });
    this.#speakSoon();
  }

  select(rows: readonly number[]): void {
    this.selection = rows;
    this.emit("selection-change", { rows });
  }

  override connectedCallback(): void {
    connectWhenNear(this, () => {
      super.connectedCallback();
      this.#resized.observe(this); // tells the first size, too, when layout is done anyway
      this.#passing.observe(this);
      addEventListener("resize", this.#measure); // to a screen of another pixel ratio, or zoomed
      this.#unwatchTheme = watchTheme(() => {
        this.#palette = null;
        this.#paintRegions();
        this.#redraw();
      });
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
    this.#passing.disconnect();
    removeEventListener("resize", this.#measure);
    this.#unwatchTheme();
    this.#dropLayer();
  }

  #dropLayer(): void {
    this.#layer?.destroy();
    this.#layer = null;
    if (this.drawn === "yes") this.drawn = "not yet";
  }

  #pass(near: boolean): void {
    this.#near = near;
    if (!near) this.#dropLayer();
    this.#redraw(); // or say that all is there to be drawn, where it was not yet
  }

  readonly #measure = (): void => {
    this.size = { width: this.frame.clientWidth, height: this.frame.clientHeight };
    this.#redraw();
  };

  #show(view: View | null): void {
    this.#view = view;
    this.#redraw();
  }

  #redraw(): void {
    this.#stale = true;
    this.requestUpdate();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("points")) {
      if (this.points === null) this.#dropLayer();
      else {
        this.state = this.drawn === "never" ? "ready" : "loading";
        this.message = "";
      }
    }
    if (changed.has("selection") && this.selection.length === 0) this.lassoTool.clear();
    if (changed.has("classNames")) this.#palette = null;
    const { placed } = this;
    const isWarped = this.warp !== PLAIN;
    const square = isWarped ? UNIT_SQUARE : this.home;
    const isOther = changed.has("points") || changed.has("isolated");
    if (isOther || this.density?.view !== square) this.density = null;
    if (this.isOn("density") && placed !== null) {
      this.density ??= densityOf(placed, square, this.isolated, isWarped);
    }
    if (changed.has("lattice")) {
      if (this.lattice !== null) paintLattice(this.#lattice.canvas, this.lattice);
      this.#lattice.show(this.lattice?.bounds ?? null);
    }
    this.#stale ||= REDRAWN.some((name) => changed.has(name));
  }

  #paintRegions(): void {
    if (this.regions !== null) {
      this.#palette ??= readPalette(this.frame, this.classNames.length);
      const { size } = this.regions;
      const { min, max } = boundsOfRegions(this.regions);
      const pixels = paintRegions(this.regions, this.#palette.classes);
      paintRgba(this.#regions.canvas, warpPixels(pixels, size, { min, max }, this.warp), ...size);
      this.#regions.show({ min: this.placeOf(min), max: this.placeOf(max) });
    } else this.#regions.show(null);
  }

  protected override render() {
    const note = this.#note();
    const pointsOn = this.isOn("points");
    const hasPicture = pointsOn && this.warp === PLAIN;
    const pictureClass = hasPicture ? (this.drawn === "yes" ? "replaced" : "") : "off";
    return html`
      <div class="frame">
        <div
          class="surface"
          role="application"
          tabindex="0"
          aria-label=${this.label}
          aria-roledescription="map"
          aria-describedby="help"
          @keydown=${(event: KeyboardEvent) => pressKey(event, this)}
        >
          <div class=${`picture ${pictureClass}`}><slot name="picture"></slot></div>
          ${this.isOn("regions") ? this.#regions.canvas : nothing}
          ${this.isOn("lattice") ? this.#lattice.canvas : nothing}
          <div class=${pointsOn ? "points" : "points off"} aria-hidden="true"></div>
          ${this.lasso ? this.#selected.canvas : nothing}
          ${this.isOn("posterior") ? this.#heat.canvas : nothing}
          <svg class="overlay" aria-hidden="true">
            ${this.size.width === 0 ? nothing : overlay(this)}
          </svg>
          ${cursorTemplate(this.isOn("cursor"))}
        </div>
        <p class=${note === "" ? "spoken" : `note ${this.state}`} role="status">
          ${note} ${this.renderRetry()}
        </p>
      </div>
      ${legend(this, (isolated) => {
        this.isolated = isolated;
        this.emit("classes-change", { isolated });
      })}
      ${this.lasso ? selectionSummary(this) : nothing}
      <p id="help" class="spoken">
        Arrow keys move the point, with Shift ten times as far. Plus, minus and zero zoom. Enter pins
        the point, Escape lets it go.
        ${this.lasso ? "L begins a lasso at the point, which the arrow keys draw; Enter closes it." : nothing}
      </p>
      <p class="spoken" aria-live="polite">${this.spoken}</p>
    `;
  }

  isOn(layer: string): boolean {
    return this.layers[layer] ?? !OFF.includes(layer);
  }

  /** The sentence over the map, or "". */
  #note(): string {
    if (this.state === "error") return this.message;
    if (this.drawn === "never") {
      return this.warp === PLAIN
        ? "This browser draws no WebGL, so a prepared picture stands in for the points."
        : "This browser draws no WebGL, so the points are missing.";
    }
    return this.state === "loading" ? this.message : "";
  }

  protected override updated(changed: PropertyValues<this>): void {
    this.#cursor ??= new MapCursor(this.surface);
    this.#gestures ??= new MapGestures(this.surface, this);
    // Painted with the swatches' colours, which have just been rendered.
    const repaints = ["regions", "classNames", "layers", "hasNormalPrior"] as const;
    if (repaints.some((name) => changed.has(name))) this.#paintRegions();
    if (this.#stale || changed.has("posterior")) this.#heat.paint(this);
    if (this.#stale || changed.has("selection")) this.#selected.paint(this);
    if (this.#stale) {
      this.#stale = false;
      // The picture shows exactly `home`.
      const [x, y] = toPixel(this.view, this.size, this.home.centre);
      const zoom = this.home.scale / this.view.scale;
      const [dx, dy] = [x - this.size.width / 2, y - this.size.height / 2];
      this.picture.style.transform = `translate(${dx}px, ${dy}px) scale(${zoom})`;
      for (const bitmap of [this.#regions, this.#lattice]) bitmap.place(this);
      this.#drawPoints();
    }
    this.#placeCursor();
  }

  #drawPoints(): void {
    const { placed } = this;
    if (placed === null || this.size.height === 0 || this.drawn === "never") return;
    if (!this.#near) {
      this.#endLoading(); // all is there to draw them once seen
      return;
    }
    this.#palette ??= readPalette(this.frame, this.classNames.length);
    this.#layer ??= new PointsLayer(this.canvasHost, (event) => {
      this.drawn = ({ drawn: "yes", lost: "not yet", failed: "never" } as const)[event];
      if (event !== "lost") this.#endLoading();
    });
    this.#layer.setPoints(placed);
    this.#layer.update({
      view: this.view,
      zoom: this.home.scale / this.view.scale,
      size: this.size,
      pixelRatio: Math.min(devicePixelRatio, MAX_PIXEL_RATIO),
      ...this.#palette,
      shown: this.isolated.length === 0 ? null : this.isolated,
    });
  }

  #endLoading(): void {
    if (this.state === "loading") this.state = "ready";
  }

  #placeCursor(): void {
    if (this.size.width > 0) this.#cursor?.place(this, this.#lifted);
  }
}
