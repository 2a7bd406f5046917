// The keys of a map: arrows move z, + − 0 zoom, Enter and Space pin, Escape unpins.
import {
  boundsOfView,
  clamp,
  clampView,
  type Point,
  reveal,
  zoomAbout,
} from "../../core/geometry/viewport";
import { arrowOf, isBrowsersKey } from "../keys";
import type { MapTarget } from "./map-gestures";

/** One press of an arrow, as a share of the view's scale; with Shift ten times as far. */
const STEP = 1 / 200;
const ZOOM = 1.25;
/** z moved by keys stays this far (CSS pixels) inside the map. */
const MARGIN = 24;

/** Does what the key stands for, and keeps the page from scrolling by it. */
export function pressKey(event: KeyboardEvent, map: MapTarget): void {
  if (isBrowsersKey(event)) return;
  const arrow = arrowOf(event);
  if (arrow !== null) step(map, arrow, event.shiftKey ? 10 : 1);
  else if (event.key === "+" || event.key === "=") zoom(map, ZOOM);
  else if (event.key === "-" || event.key === "−" || event.key === "_") zoom(map, 1 / ZOOM);
  else if (event.key === "0") map.viewBy(map.home);
  else if (event.key === "Enter" || event.key === " ") {
    if (!event.repeat) togglePin(map); // a key held down must not flicker
  } else if (event.key === "Escape" && map.pinned) map.pin(false);
  else return;
  event.preventDefault();
}

function togglePin(map: MapTarget): void {
  if (map.z === null) map.moveTo(map.view.centre, "keyboard");
  map.pin(!map.pinned);
}

function step(map: MapTarget, [dx, dy]: Point, times: number): void {
  const { size, limits } = map;
  const length = map.view.scale * STEP * times;
  const [x, y] = map.z ?? map.view.centre;
  const z: Point = [x + dx * length, y - dy * length];
  const view = clampView(reveal(map.view, size, z, MARGIN), limits);
  // The view cannot pan beyond its limits, so z stops at the edge.
  const { min, max } = boundsOfView(view, size);
  map.moveTo([clamp(z[0], min[0], max[0]), clamp(z[1], min[1], max[1])], "keyboard");
  map.viewBy(view);
}

/** About z where it is visible, else about the centre. */
function zoom(map: MapTarget, factor: number): void {
  const { view, size, z, limits } = map;
  const { min, max } = boundsOfView(view, size);
  const isVisible = ([x, y]: Point): boolean =>
    x >= min[0] && x <= max[0] && y >= min[1] && y <= max[1];
  // Clamped first: at the end of the zoom the view must not drift sideways instead.
  const scale = clampView({ centre: view.centre, scale: view.scale / factor }, limits).scale;
  const about = z !== null && isVisible(z) ? z : view.centre;
  map.viewBy(clampView(zoomAbout(view, about, view.scale / scale), limits));
}
