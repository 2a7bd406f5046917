// <latent-map>: the plane of a two-dimensional latent space, in which the reader chooses z.
//
// Attributes    model    id of the model whose map this is (reflected); not used in here
//               state    ready once the points are drawn, or could be if they were near the
//                        screen; new points end an error
//               message  the sentence to show while loading or in error
//               pinned   z stays where it is while the mouse hovers (reflected)
//               symbol   what the cursor's coordinates are called ("z")
// Properties    z           [x, y] or null; setting it moves the mark and emits nothing
//               view        {centre: [x, y], scale}: scale is in latent units across the shorter
//                           side; setting it emits nothing
//               home        the first view, to which a double click returns; by default it is
//                           fitted to the points
//               points      Points (core/points), or null while they are not there
//               statistics  ClassStatistics[], else computed from the points
//               classNames  string[]; one legend button each
//               isolated    labels shown in colour; empty: all
//               axisNames   two names, each a letter and its index; ["z1", "z2"]
//               ellipse     {mu, sigma} of a drawing, or null
//               ellipses    {label, mean, covariance}[] of classes
//               targets     points marked with a cross
//               circle      {centre, radius}, or null
//               path        {points, at}: a path from A to B and a position on it (0…1), or null
//               regions     Regions of a classifier (core/release), painted under the points
//               lattice     Lattice (core/lattice): pictures in place, painted over the points
//               layers      {points, axes, names, cursor, density, regions, circle, ellipses,
//                           targets, lattice, path, drawing: boolean}: independent switches. A
//                           missing one is on, except density
//               progress    0…1 while loading, or null
// Events        latent-change {z, source: "pointer" | "touch" | "keyboard"}, view-change {view},
//               pin-change {pinned, z}, classes-change {isolated}: only for what the reader did
// Methods       moveTo(z, source), viewBy(view), pin(pinned): on behalf of the reader, so they emit
// Slots         picture  an <img> of the points of exactly `home`: it is shown until the points
//                        are drawn, and for good where they cannot be
// Style         --map-aspect (default 1), --class-0 … --class-9, and the page's colours; parts
//               frame, surface, legend. The frame is as wide as the element, and 44 px of legend
//               follow it: a page that gives an undefined <latent-map> that space never jumps.
//
// Keys: arrows move z (Shift: ten times as far), + − 0 zoom, Enter or Space pins, Escape unpins.
// A pinned z is let go by a click, and carried by a finger, a pen or the arrow keys.
import { html, nothing, type PropertyValues } from "lit";
import { customElement, property, query, queryAll, state } from "lit/decorators.js";
import { afterPicture } from "../../core/async/after-picture";
import { settled } from "../../core/async/settled";
import type { Lattice } from "../../core/geometry/lattice";
import {
  type Bounds,
  clampView,
  fitBounds,
  isView,
  type Limits,
  limitsOf,
  type Point,
  type Size,
  sameView,
  toPixel,
  type View,
} from "../../core/geometry/viewport";
import { boundsOfRegions, paintRegions } from "../../core/image/regions";
import { type Density, densityOf } from "../../core/points/density";
import {
  boundsOf,
  type ClassStatistics,
  type Points,
  statisticsOf,
} from "../../core/points/points";
import type { Regions } from "../../core/release/release";
import { AtlasElement } from "../atlas-element";
import { connectWhenNear } from "../connect-when-near";
import { latticeImage, paintImage, paintRgba } from "../paint";
import { base } from "../shared-styles";
import { MapBitmap } from "./map-bitmap";
import { cursorTemplate, MapCursor } from "./map-cursor";
import { MapGestures, type MapTarget, type Source } from "./map-gestures";
import { pressKey } from "./map-keys";
import { legend } from "./map-legend";
import { type Ellipse, OVERLAY_LAYERS, type OverlayData } from "./map-overlay";
import { type Palette, readPalette, watchTheme } from "./map-palette";
import { describePlace } from "./map-readout";
import type { Circle, ClassEllipse, Path } from "./map-shapes";
import { mapStyles } from "./map-styles";
import { PointsLayer } from "./points-layer";
import { MAX_CLASSES } from "./points-renderer";

export type Layers = Readonly<Record<string, boolean>>;

const DIGITS = [..."0123456789"];
const AXES = ["z1", "z2"] as const;
/** Layers that are off until they are switched on. */
const OFF_AT_FIRST: ReadonlySet<string> = new Set(["density"]);
/** What the points, and the pictures among them, are drawn from. */
const REDRAWN = ["points", "isolated", "classNames", "regions", "lattice", "layers"] as const;
const NOWHERE: View = { centre: [0, 0], scale: 8 };
/** More device pixels than this cost memory and show no more of a dot. */
const MAX_PIXEL_RATIO = 2;
/** Classes beyond those that have a colour share the last one's. */
const drawnAs = (label: number): number => Math.min(label, MAX_CLASSES - 1);
/** z is spoken once it has rested for this long (ms): while it moves, words would pile up. */
const REST = 600;

@customElement("latent-map")
export class LatentMap extends AtlasElement implements MapTarget, OverlayData {
  static override styles = [base, mapStyles];

  override label = "Map of the latent space";
  @property({ reflect: true }) model = "";
  @property({ type: Boolean, reflect: true }) pinned = false;
  @property() symbol = "z";
  @property({ attribute: false }) points: Points | null = null;
  @property({ attribute: false }) statistics: readonly ClassStatistics[] | null = null;
  @property({ attribute: false }) classNames: readonly string[] = DIGITS;
  @property({ attribute: false }) isolated: readonly number[] = [];
  @property({ attribute: false }) axisNames: readonly [string, string] = AXES;
  @property({ attribute: false }) ellipse: Ellipse | null = null;
  @property({ attribute: false }) ellipses: readonly ClassEllipse[] = [];
  @property({ attribute: false }) targets: readonly Point[] = [];
  @property({ attribute: false }) circle: Circle | null = null;
  @property({ attribute: false }) path: Path | null = null;
  @property({ attribute: false }) regions: Regions | null = null;
  @property({ attribute: false }) lattice: Lattice | null = null;
  @property({ attribute: false }) layers: Layers = {};
  @property({ attribute: false }) progress: number | null = null;

  /** Whether the points are on the screen, or cannot be. */
  @state() private drawn: "not yet" | "yes" | "never" = "not yet";
  @state() private spoken = "";

  @query(".frame") private readonly frame!: HTMLElement;
  @query(".surface") private readonly surface!: HTMLElement;
  @query(".picture") private readonly picture!: HTMLElement;
  @query(".points") private readonly canvasHost!: HTMLElement;
  @queryAll(".swatch[data-label]") private readonly swatches!: NodeListOf<HTMLElement>;

  #z: Point | null = null;
  #view: View | null = null;
  #home: View | null = null;
  #size: Size = { width: 0, height: 0 };
  #bounds: Bounds | null = null;
  #limits: Limits | null = null;
  #ownStatistics: readonly ClassStatistics[] = [];
  #palette: Palette | null = null;
  #layer: PointsLayer | null = null;
  #layerPoints: Points | null = null;
  readonly #regions = new MapBitmap("regions");
  readonly #lattice = new MapBitmap("lattice");
  #density: Density | null = null;
  #gestures: MapGestures | null = null;
  #cursor: MapCursor | null = null;
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
  /** Within a screen of being seen. Beyond, a map gives its WebGL context back: a page has 16. */
  #near = true;
  /** The points must be drawn anew: the view, the size, the colours or the classes changed. */
  #stale = true;

  get z(): [number, number] | null {
    return this.#z === null ? null : [this.#z[0], this.#z[1]];
  }
  set z(value: Point | null) {
    if (value !== null && !(Number.isFinite(value[0]) && Number.isFinite(value[1]))) return;
    this.#z = value === null ? null : [value[0], value[1]];
    this.#placeCursor();
  }

  get view(): View {
    return this.#view ?? this.home;
  }
  set view(value: View | null) {
    this.#show(isView(value) ? clampView(value, this.limits) : null);
  }

  get home(): View {
    return this.#home ?? (this.#bounds === null ? NOWHERE : fitBounds(this.#bounds));
  }
  set home(value: View | null) {
    this.#home = isView(value) ? value : null;
    this.#limits = null;
    this.#show(this.#view);
  }

  /** CSS pixels. */
  get size(): Size {
    return this.#size;
  }

  /** How far the reader can pan and zoom. */
  get limits(): Limits {
    this.#limits ??= limitsOf(this.home, this.#bounds);
    return this.#limits;
  }

  moveTo(z: Point, source: Source): void {
    if (this.#z !== null && this.#z[0] === z[0] && this.#z[1] === z[1]) return;
    this.#z = [z[0], z[1]];
    // First of all: decoding should start before anything is drawn here.
    this.emit("latent-change", { z: this.z, source });
    this.#cursor?.liftLabel(source === "touch");
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

  /** Of each class: what the page gave, else what the points say. */
  get means(): readonly ClassStatistics[] {
    return this.statistics ?? this.#ownStatistics;
  }

  get density(): Density | null {
    return this.#density;
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
    this.#gestures?.destroy();
    this.#gestures = null;
    this.#dropLayer();
  }

  #dropLayer(): void {
    this.#layer?.destroy();
    this.#layer = null;
    this.#layerPoints = null;
    if (this.drawn === "yes") this.drawn = "not yet";
  }

  #pass(near: boolean): void {
    this.#near = near;
    if (!near) this.#dropLayer();
    this.#redraw(); // or say that all is there to be drawn, where it was not yet
  }

  readonly #measure = (): void => {
    this.#size = { width: this.frame.clientWidth, height: this.frame.clientHeight };
    this.#redraw();
  };

  /** Shows `view` (null: home) without telling anyone. */
  #show(view: View | null): void {
    this.#view = view;
    this.#redraw();
  }

  #redraw(): void {
    this.#stale = true;
    this.requestUpdate();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("points")) this.#takePoints(this.points);
    if (changed.has("progress") && this.progress !== null && this.state === "empty") {
      this.state = "loading";
    }
    if (changed.has("classNames")) this.#palette = null;
    if (changed.has("points") || changed.has("isolated")) this.#density = null;
    if (this.#isOn("density") && this.points !== null) {
      this.#density ??= densityOf(this.points, this.home, this.isolated);
    }
    if (changed.has("lattice")) this.#paintLattice();
    this.#stale ||= REDRAWN.some((name) => changed.has(name));
  }

  #paintLattice(): void {
    if (this.lattice !== null) {
      const { pixels, image } = latticeImage(this.lattice);
      paintImage(this.#lattice.canvas, pixels, image);
    }
    this.#lattice.show(this.lattice?.bounds ?? null);
  }

  #paintRegions(): void {
    if (this.regions !== null) {
      this.#palette ??= readPalette(this.frame, this.swatches);
      const pixels = paintRegions(this.regions, this.#palette.classes);
      paintRgba(this.#regions.canvas, pixels, ...this.regions.size);
    }
    this.#regions.show(this.regions && boundsOfRegions(this.regions));
  }

  #takePoints(points: Points | null): void {
    this.#bounds = points === null ? null : boundsOf(points);
    this.#ownStatistics = points === null || this.statistics !== null ? [] : statisticsOf(points);
    this.#limits = null;
    if (points === null) {
      this.#dropLayer();
      return;
    }
    this.state = this.drawn === "never" ? "ready" : "loading";
    this.message = "";
  }

  protected override render() {
    const note = this.#note();
    return html`
      <div class="frame" part="frame">
        <div
          class="surface"
          part="surface"
          role="application"
          tabindex="0"
          aria-label=${this.label}
          aria-roledescription="map"
          aria-describedby="help"
          @keydown=${(event: KeyboardEvent) => pressKey(event, this)}
        >
          <div class=${`picture ${this.#pictureClass()}`}><slot name="picture"></slot></div>
          ${this.#isOn("regions") ? this.#regions.canvas : nothing}
          <div class=${this.#isOn("points") ? "points" : "points off"} aria-hidden="true"></div>
          ${this.#isOn("lattice") ? this.#lattice.canvas : nothing}
          <svg class="overlay" aria-hidden="true">
            ${this.#size.width === 0 ? nothing : this.#renderOverlay()}
          </svg>
          ${cursorTemplate(this.#isOn("cursor"))}
        </div>
        ${this.progress === null || this.state === "error" ? nothing : html`<progress aria-label="Loading" max="1" .value=${this.progress}></progress>`}
        <p class=${note === "" ? "spoken" : `note ${this.state}`} role="status">${note}</p>
      </div>
      ${legend({
        classNames: this.classNames,
        isolated: this.isolated,
        choose: (isolated) => {
          this.isolated = isolated;
          this.emit("classes-change", { isolated });
        },
      })}
      <p id="help" class="spoken">
        Arrow keys move the point, with Shift ten times as far. Plus, minus and zero zoom. Enter pins
        the point, Escape lets it go.
      </p>
      <p class="spoken" aria-live="polite">${this.spoken}</p>
    `;
  }

  #isOn(layer: string): boolean {
    return this.layers[layer] ?? !OFF_AT_FIRST.has(layer);
  }

  #pictureClass(): string {
    if (!this.#isOn("points")) return "off";
    return this.drawn === "yes" ? "replaced" : "";
  }

  #renderOverlay() {
    const layers = OVERLAY_LAYERS.filter(({ name }) => this.#isOn(name));
    return layers.map((layer) => layer.draw(this));
  }

  /** The sentence over the map, or "". */
  #note(): string {
    if (this.state === "error")
      return this.message || "The points of this map could not be loaded.";
    if (this.drawn === "never") {
      return "This browser draws no WebGL, so a prepared picture stands in for the points.";
    }
    return this.state === "loading" ? this.message : "";
  }

  protected override updated(changed: PropertyValues<this>): void {
    this.#cursor ??= new MapCursor(this.surface);
    if (this.isConnected) this.#gestures ??= new MapGestures(this.surface, this);
    // Painted with the swatches' colours, which have just been rendered.
    if (changed.has("regions") || changed.has("classNames")) this.#paintRegions();
    if (this.#stale) {
      this.#stale = false;
      this.#gestures?.sync();
      this.#placePicture();
      for (const bitmap of [this.#regions, this.#lattice]) bitmap.place(this.view, this.#size);
      this.#drawPoints();
    }
    this.#placeCursor();
  }

  #drawPoints(): void {
    const { width, height } = this.#size;
    if (this.points === null || width === 0 || height === 0 || this.drawn === "never") return;
    if (!this.#near) {
      this.#endLoading(); // all is there to draw them once seen
      return;
    }
    this.#palette ??= readPalette(this.frame, this.swatches);
    this.#layer ??= new PointsLayer(this.canvasHost, {
      drawn: () => {
        this.drawn = "yes";
        this.#endLoading();
      },
      lost: () => {
        this.drawn = "not yet";
      },
      failed: (reason) => {
        console.warn(`latent-map: the points cannot be drawn (${reason})`);
        this.drawn = "never";
        this.#endLoading();
      },
    });
    if (this.points !== this.#layerPoints) this.#layer.setPoints(this.points);
    this.#layerPoints = this.points;
    this.#layer.update({
      view: this.view,
      zoom: this.home.scale / this.view.scale,
      size: this.#size,
      pixelRatio: Math.min(devicePixelRatio, MAX_PIXEL_RATIO),
      palette: this.#palette.classes,
      dimmed: this.#palette.dimmed,
      shown: this.isolated.length === 0 ? null : this.isolated.map(drawnAs),
    });
  }

  #endLoading(): void {
    if (this.state === "loading") this.state = "ready";
  }

  /** Keeps the picture, which shows exactly `home`, in register with the view. */
  #placePicture(): void {
    const [x, y] = toPixel(this.view, this.#size, this.home.centre);
    const { width, height } = this.#size;
    const magnification = this.home.scale / this.view.scale;
    this.picture.style.transform = `translate(${x - width / 2}px, ${y - height / 2}px) scale(${magnification})`;
  }

  #placeCursor(): void {
    if (this.#size.width === 0) return;
    this.#cursor?.place(this.#z, this.view, this.#size, this.pinned, this.symbol);
  }
}

declare global {
  interface HTMLElementEventMap {
    "latent-change": CustomEvent<{ z: [number, number]; source: Source }>;
    "view-change": CustomEvent<{ view: View }>;
    "pin-change": CustomEvent<{ pinned: boolean; z: [number, number] | null }>;
    "classes-change": CustomEvent<{ isolated: number[] }>;
  }
}
