// What part of the plane the film of a training shows: the whole cloud, however small it is yet.

import { sameView, type View } from "../../core/geometry/viewport";
import type { Film } from "../../core/points/epochs";
import type { LatentMap } from "../../elements/map/latent-map";

/** The cloud's standard deviations from edge to edge. */
const DEVIATIONS_ACROSS = 8.5;
/** A trace is rounded to about a seven-hundredth of the map: seen nearer, its points form a grid. */
const MOST_ZOOM = 16;
/** Of a cloud that is this small a share of the map, no names: they would hide it. */
const SMALL = 0.3;

export class Camera {
  /** Whether the reader has looked elsewhere. */
  #isHeld: boolean;

  constructor(private readonly map: LatentMap) {
    this.#isHeld = !sameView(map.view, map.home);
    map.addEventListener("view-change", ({ detail: { view } }) => {
      this.#isHeld = !sameView(view, map.home);
    });
  }

  /** Shows the cloud at a position of the film; never more than the finished map. */
  follow(film: Film, position: number): void {
    const { map } = this;
    const spread = film.spread(position);
    const names = DEVIATIONS_ACROSS * spread.deviation > SMALL * map.home.scale;
    if (map.isOn("names") !== names) map.layers = { ...map.layers, names };
    if (!this.#isHeld) map.view = viewOf(spread, map.home);
  }

  /** Another film begins. */
  release(): void {
    this.#isHeld = false;
  }
}

function viewOf({ mean, deviation }: ReturnType<Film["spread"]>, home: View): View | null {
  const scale = Math.max(DEVIATIONS_ACROSS * deviation, home.scale / MOST_ZOOM);
  if (scale >= home.scale) return null;
  // The larger the cloud, the nearer to the place of the finished map.
  const share = scale / home.scale;
  const [x, y] = home.centre;
  return { centre: [mean[0] + share * (x - mean[0]), mean[1] + share * (y - mean[1])], scale };
}
