// The keys of a map: arrows move z, + − 0 zoom, Enter and Space pin, Escape unpins.
import { PLAIN } from "../../core/geometry/quantiles";
import {
  boundsOfView,
  clamp,
  clampView,
  type Point,
  reveal,
  roundStep,
  sameView,
  zoomWithin,
} from "../../core/geometry/viewport";
import { arrowOf, isBrowsersKey } from "../keys";
import type { LatentMap } from "./latent-map";

/** One press of an arrow, about, as a share of the view's scale; with Shift ten times as far. */
const STEP = 1 / 200;
/** What is left of a place beyond them is the arithmetic's. */
const DIGITS = 12;
const ZOOM = 1.25;
/** z moved by keys stays this far (CSS pixels) inside the map. */
const MARGIN = 24;

/** Does what the key stands for, and keeps the page from scrolling by it. */
export function pressKey(event: KeyboardEvent, map: LatentMap): void {
  if (isBrowsersKey(event)) return;
  if (map.lasso && map.lassoTool.pressKey(event.key)) {
    event.preventDefault();
    return;
  }
  const arrow = arrowOf(event);
  if (arrow !== null) step(map, arrow, event.shiftKey ? 10 : 1);
  else if (event.key === "+" || event.key === "=") zoom(map, ZOOM);
  else if (event.key === "-" || event.key === "−" || event.key === "_") zoom(map, 1 / ZOOM);
  else if (event.key === "0") map.viewBy(map.home);
  else if (event.key === "Enter" || event.key === " ") {
    if (map.z === null) map.moveTo(map.zOf(map.view.centre), "keyboard");
    if (!event.repeat) map.pin(!map.pinned); // a key held down must not flicker
  } else if (event.key === "Escape") map.pin(false);
  else return;
  event.preventDefault();
}

function step(map: LatentMap, [dx, dy]: Point, times: number): void {
  const { size, limits } = map;
  // Steps and places are round, so coordinates read as 0.05, 0.1, 0.15; those of quantiles are not z.
  const exact = map.view.scale * STEP;
  const length = map.warp === PLAIN ? roundStep(exact) : exact;
  const moved = (from: number, by: number): number => {
    if (by === 0 || map.warp !== PLAIN) return from + by * times * length;
    return Number(((Math.round(from / length) + by * times) * length).toPrecision(DIGITS));
  };
  const [x, y] = map.z === null ? map.view.centre : map.placeOf(map.z);
  const place: Point = [moved(x, dx), moved(y, -dy)];
  const view = clampView(reveal(map.view, size, place, MARGIN), limits);
  // The view cannot pan beyond its limits, so z stops at the edge.
  const { min, max } = boundsOfView(view, size);
  const held: Point = [clamp(place[0], min[0], max[0]), clamp(place[1], min[1], max[1])];
  map.moveTo(map.zOf(held), "keyboard");
  map.viewBy(view);
}

/** About z where it is visible, else about the centre. */
function zoom(map: LatentMap, factor: number): void {
  const { view, size, limits } = map;
  const place = map.z && map.placeOf(map.z);
  const isSeen = place !== null && sameView(reveal(view, size, place, 0), view);
  map.viewBy(zoomWithin(view, isSeen ? place : view.centre, factor, limits));
}
