// Where data lies on the screen: the pure transform between latent units and CSS pixels.
//
// A view is a centre in data space and a scale, the latent units across the shorter side of the
// map. Both axes use that one scale, so a circle stays a circle. Data y points up, pixel y down.

export type Point = readonly [number, number];

export interface View {
  readonly centre: Point;
  /** Latent units across the shorter side, > 0. */
  readonly scale: number;
}

/** CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Bounds {
  readonly min: Point;
  readonly max: Point;
}

/** What a view may be: its centre stays inside `bounds`, its scale between the two scales. */
export interface Limits {
  readonly bounds: Bounds;
  readonly minScale: number;
  readonly maxScale: number;
}

/** How far in and how far out of its home view a map can zoom. */
const DEEPEST_ZOOM = 256;
const WIDEST_ZOOM = 1 / 3;

/** Latent units that one CSS pixel covers. */
export function unitsPerPixel(view: View, size: Size): number {
  return view.scale / Math.max(1, Math.min(size.width, size.height));
}

/** Data point → CSS pixel, measured from the map's top left corner. */
export function toPixel(view: View, size: Size, point: Point): [number, number] {
  const units = unitsPerPixel(view, size);
  return [
    size.width / 2 + (point[0] - view.centre[0]) / units,
    size.height / 2 - (point[1] - view.centre[1]) / units,
  ];
}

/** CSS pixel → data point: the inverse of `toPixel`. */
export function toData(view: View, size: Size, pixel: Point): [number, number] {
  const units = unitsPerPixel(view, size);
  return [
    view.centre[0] + (pixel[0] - size.width / 2) * units,
    view.centre[1] - (pixel[1] - size.height / 2) * units,
  ];
}

/** Magnifies by `factor` (> 1 goes in) and leaves the data point `about` where it is. */
export function zoomAbout(view: View, about: Point, factor: number): View {
  return {
    centre: [
      about[0] + (view.centre[0] - about[0]) / factor,
      about[1] + (view.centre[1] - about[1]) / factor,
    ],
    scale: view.scale / factor,
  };
}

/** The same within limits: at the end of the zoom the view does not drift sideways instead. */
export function zoomWithin(view: View, about: Point, factor: number, limits: Limits): View {
  const scale = clamp(view.scale / factor, limits.minScale, limits.maxScale);
  return clampView(zoomAbout(view, about, view.scale / scale), limits);
}

/** Pans as little as needed to bring `point` at least `margin` CSS pixels inside the map. */
export function reveal(view: View, size: Size, point: Point, margin: number): View {
  const [x, y] = toPixel(view, size, point);
  const dx = clamp(x, margin, Math.max(margin, size.width - margin)) - x;
  const dy = clamp(y, margin, Math.max(margin, size.height - margin)) - y;
  const units = unitsPerPixel(view, size);
  return { ...view, centre: [view.centre[0] - dx * units, view.centre[1] + dy * units] };
}

export function clampView(view: View, limits: Limits): View {
  const { min, max } = limits.bounds;
  return {
    centre: [clamp(view.centre[0], min[0], max[0]), clamp(view.centre[1], min[1], max[1])],
    scale: clamp(view.scale, limits.minScale, limits.maxScale),
  };
}

/** The limits of a map that starts at `home` and holds data within `data` (null: none yet). */
export function limitsOf(home: View, data: Bounds | null): Limits {
  const square = squareOf(home);
  const bounds = data === null ? square : union(square, data);
  const span = Math.max(bounds.max[0] - bounds.min[0], bounds.max[1] - bounds.min[1]);
  return {
    bounds,
    minScale: home.scale / DEEPEST_ZOOM,
    maxScale: Math.max(home.scale / WIDEST_ZOOM, span),
  };
}

/** The view of a square map that shows all of `bounds`, with `padding` as a share of the span. */
export function fitBounds(bounds: Bounds, padding = 0.05): View {
  const { min, max } = bounds;
  const span = Math.max(max[0] - min[0], max[1] - min[1]);
  return {
    centre: [(min[0] + max[0]) / 2, (min[1] + max[1]) / 2],
    scale: span > 0 ? span * (1 + 2 * padding) : 1,
  };
}

/** The smallest square view that shows all of both squares. */
export function commonView(a: View, b: View): View {
  return fitBounds(union(squareOf(a), squareOf(b)), 0);
}

/** What a view shows of a square map. */
export function squareOf({ centre: [x, y], scale }: View): Bounds {
  const half = scale / 2;
  return { min: [x - half, y - half], max: [x + half, y + half] };
}

/** What a view shows of data space. */
export function boundsOfView(view: View, size: Size): Bounds {
  const [left, top] = toData(view, size, [0, 0]);
  const [right, bottom] = toData(view, size, [size.width, size.height]);
  return { min: [left, bottom], max: [right, top] };
}

/** Whether `value` is a usable view: finite numbers and a positive scale. */
export function isView(value: View | null | undefined): value is View {
  return (
    value != null &&
    Array.isArray(value.centre) &&
    Number.isFinite(value.centre[0]) &&
    Number.isFinite(value.centre[1]) &&
    Number.isFinite(value.scale) &&
    value.scale > 0
  );
}

export function sameView(a: View, b: View): boolean {
  return a.centre[0] === b.centre[0] && a.centre[1] === b.centre[1] && a.scale === b.scale;
}

export interface Ticks {
  readonly values: readonly number[];
  /** Decimals that tell neighbouring ticks apart. */
  readonly decimals: number;
}

/** About `target` round values (steps of 1, 2 or 5 times a power of ten) within [min, max]. */
export function ticks(min: number, max: number, target: number): Ticks {
  const span = max - min;
  if (!(span > 0) || !(target > 0)) return { values: [], decimals: 0 };
  const raw = span / target;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5].find((m) => m * power >= raw * (1 - 1e-9)) ?? 10);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const values: number[] = [];
  // Multiples of the step by index: repeated addition would drift away from round values.
  for (let i = Math.ceil(min / step - 1e-9); i * step <= max + step * 1e-9; i++) {
    values.push(i === 0 ? 0 : i * step);
  }
  return { values, decimals };
}

/** The 1, 2 or 5 times a power of ten that is nearest to a length, by their ratio. */
export function roundStep(length: number): number {
  const power = 10 ** Math.floor(Math.log10(length));
  const near = [1, 2, 5, 10].map((m) => m * power);
  const away = (step: number): number => Math.abs(Math.log(step / length));
  return near.reduce((best, step) => (away(step) < away(best) ? step : best));
}

/** Decimals for coordinates at which neighbouring pixels read differently; at least two. */
export function coordinateDecimals(view: View, size: Size): number {
  return clamp(Math.ceil(-Math.log10(unitsPerPixel(view, size))), 2, 6);
}

/** A number with a true minus sign, and never a negative zero; a dash for what is no finite number. */
export function formatNumber(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return "–";
  const text = Math.abs(value).toFixed(decimals);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

export function formatPercent(share: number, decimals = 1): string {
  return Number.isFinite(share) ? `${formatNumber(100 * share, decimals)} %` : "–";
}

/** "(0.42, −1.37)" */
export function formatPoint(point: readonly number[], decimals: number): string {
  return `(${point.map((value) => formatNumber(value, decimals)).join(", ")})`;
}

function union(a: Bounds, b: Bounds): Bounds {
  return {
    min: [Math.min(a.min[0], b.min[0]), Math.min(a.min[1], b.min[1])],
    max: [Math.max(a.max[0], b.max[0]), Math.max(a.max[1], b.max[1])],
  };
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
