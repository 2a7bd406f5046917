// Six tasks for a class, each with a check that the page makes while the reader explores.

import { latest } from "../../core/async/latest";
import type { Point } from "../../core/geometry/viewport";
import { squaredError } from "../../core/image/reconstruction";
import type { Model } from "../../core/release/manifest";
import type { LatentMap } from "../../elements/map/latent-map";
import type { PageContext } from "../context";
import { nearestClasses } from "./nearest-classes";

/** The map of the digits on which the tasks are set. */
const MODEL = "vae-2";
const NEIGHBOURS = 15;
/** As many neighbours of each of two classes: neither is there by chance. */
const SOME = 4;
/** Of a standard normal z, one in a hundred is farther from 0 than this. */
const RADIUS_99 = Math.sqrt(-2 * Math.log(0.01));
const SMALL_ERROR = 15;
const LARGE_ERROR = 60;

export interface Task {
  readonly id: string;
  readonly text: string;
  /** The section in which it is done. */
  readonly section: string;
}

/** What the check of a task on the map looks at. */
interface Place {
  readonly z: Point;
  /** How many of the nearest training images are of each class. */
  readonly near: ReadonlyMap<number, number>;
}

const ON_THE_MAP: Readonly<Record<string, (place: Place) => boolean>> = {
  pure: ({ near }) => near.get(0) === NEIGHBOURS,
  border: ({ near }) => (near.get(4) ?? 0) >= SOME && (near.get(9) ?? 0) >= SOME,
  outside: ({ z }) => Math.hypot(...z) > RADIUS_99,
};

const OF_THE_DRAWING: Readonly<Record<string, (error: number) => boolean>> = {
  faithful: (error) => error < SMALL_ERROR,
  strange: (error) => error > LARGE_ERROR,
};

export const TASKS: readonly Task[] = [
  { id: "pure", section: "hover", text: "Find a place where all neighbours are zeros." },
  { id: "border", section: "hover", text: "Find a place where a 4 becomes a 9." },
  {
    id: "outside",
    section: "hover",
    text: "Leave the circle that holds 99 % of the prior. What is decoded there?",
  },
  {
    id: "faithful",
    section: "draw",
    text: `Draw a letter whose squared error is below ${SMALL_ERROR}.`,
  },
  {
    id: "strange",
    section: "draw",
    text: `Draw something whose squared error is above ${LARGE_ERROR}.`,
  },
  { id: "best", section: "draw", text: "Beat the encoder: take your drawing to its best z." },
];

/**
 * Watches the page until `end`, and tells of each task when it is done.
 *
 * @returns the tasks that this release can set: none without the map of digits.
 */
export function watchTasks(
  context: PageContext,
  done: (id: string) => void,
  end: AbortSignal,
): readonly Task[] {
  const model = context.find(MODEL);
  if (model === null) return [];
  document.addEventListener(
    "latent-change",
    (event) => {
      const { target, detail } = event as CustomEvent<{ z: Point }>;
      const map = target as LatentMap;
      if (map.closest("#hover") !== null && map.model === MODEL) look(detail.z);
    },
    { signal: end },
  );
  const look = latest(
    async (z: Point): Promise<Place> => ({
      z,
      near: nearestClasses(await context.means(model), z, NEIGHBOURS),
    }),
    (place) => tell(ON_THE_MAP, place),
    () => {}, // the map itself says what is wrong
  );
  const judge = latest(
    (asked: Model) => context.drawingReconstructions.of(asked),
    ({ pixels, image }) => {
      if (pixels === context.drawing.pixels) tell(OF_THE_DRAWING, squaredError(pixels, image));
    },
    () => {},
  );
  function tell<Seen>(checks: Readonly<Record<string, (seen: Seen) => boolean>>, seen: Seen): void {
    for (const [id, holds] of Object.entries(checks)) if (holds(seen)) done(id);
  }
  context.drawing.subscribe(({ final, strokes }) => {
    if (final && strokes.length > 0) judge(model);
  }, end);
  document.addEventListener(
    "click",
    ({ target }) => {
      const isBest = (target as Element).closest?.("#draw button.best") != null;
      if (isBest && !context.drawing.isEmpty) done("best");
    },
    { signal: end },
  );
  return TASKS;
}
