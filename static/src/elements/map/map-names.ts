// The names of the classes on a map: which have room, and where each stands.
import { nothing, type SVGTemplateResult, svg } from "lit";
import type { Box } from "../../core/geometry/label-place";
import type { Point } from "../../core/geometry/viewport";
import {
  NAME_HEIGHT,
  namesApart,
  namesThatFit,
  type PlacedName,
} from "../../core/points/class-names";
import type { ClassStatistics } from "../../core/points/points";
import type { LatentMap } from "./latent-map";

/** Of more classes than this only so many are named, and outlined, as have room. */
export const MOST_CLASSES = 16;
/** The width (px) of a character of a name, about. */
const CHARACTER = 9;

/** What each map has drawn: the label beside its cursor keeps clear of it. */
const drawn = new WeakMap<LatentMap, readonly Box[]>();

/** Where the names stand that a map shows. */
export const namesOn = (map: LatentMap): readonly Box[] =>
  (map.isOn("names") ? drawn.get(map) : undefined) ?? [];

export function names(map: LatentMap): SVGTemplateResult | typeof nothing {
  const { classNames } = map;
  const rows = classNames.length < 2 ? [] : namedClasses(map);
  const placed = rows.map((row) => placedName(map, row));
  const places = isCrowded(map) ? placed.map(({ place }) => place) : namesApart(placed);
  const boxes: Box[] = [];
  const texts = rows.map(({ label }, i) => {
    const middle = places[i] as Point | null;
    if (middle === null) return nothing;
    boxes.push({ middle, width: (placed[i] as PlacedName).width, height: NAME_HEIGHT });
    return svg`<text class=${isDimmed(map, label) ? "name dimmed" : "name"} x=${middle[0]} y=${middle[1]} dy="0.35em"
      text-anchor="middle">${classNames[label] ?? label}</text>`;
  });
  drawn.set(map, boxes);
  return svg`${texts}`;
}

/** Whether other classes than this one are picked out. */
export function isDimmed({ isolated }: { isolated: readonly number[] }, label: number): boolean {
  return isolated.length > 0 && !isolated.includes(label);
}

/** The classes whose names stand on the map: of many the isolated ones, those of most points first. */
export function namedClasses(map: LatentMap): readonly ClassStatistics[] {
  const { size, statistics, isolated } = map;
  if (statistics === null || !isCrowded(map)) return statistics ?? [];
  const chosen = new Set(isolated);
  const rows = statistics
    .filter(({ label }) => chosen.size === 0 || chosen.has(label))
    .sort((a, b) => b.count - a.count || a.label - b.label);
  const placed = rows.map((row) => placedName(map, row));
  return namesThatFit(placed, size).map((i) => rows[i] as ClassStatistics);
}

const isCrowded = ({ statistics }: LatentMap): boolean => (statistics?.length ?? 0) > MOST_CLASSES;

const placedName = (map: LatentMap, { label, mean, place }: ClassStatistics): PlacedName => ({
  place: map.pixelOf(place ?? mean),
  width: CHARACTER * (map.classNames[label] ?? String(label)).length,
});
