// The plane that a model's map shows, and the way from a place on it to a point of the latent space.

import type { PageContext } from "../app/context";
import type { Point } from "../core/geometry/viewport";
import { type Lift, liftAround, moveInPlane, type Plane, project } from "../core/latent/plane";
import type { Model } from "../core/release/manifest";
import { EngineError } from "../engine/engine";

export class MapPlane {
  /**
   * @param plane null of two latents: then the map is the latent space.
   * @param base (d,) where z stays in the directions that the map does not show.
   */
  constructor(
    readonly plane: Plane | null,
    private readonly base: readonly number[],
  ) {}

  /** Returns where z (d,) lies on the map. */
  toMap(z: ArrayLike<number>): [number, number] {
    return this.plane === null ? [z[0] as number, z[1] as number] : project(this.plane, z);
  }

  /** Returns the point (d,) at a place on the map. */
  fromMap(place: Point): number[] {
    return this.plane === null ? [...place] : moveInPlane(this.plane, this.base, place);
  }

  /** What puts a lattice on the map into the latent space, around `base` or another point (d,). */
  lift(base: readonly number[] = this.base): { lift?: Lift } {
    return this.plane === null ? {} : { lift: liftAround(this.plane, base) };
  }
}

/**
 * Returns a model's plane, around its prepared point.
 *
 * @throws EngineError when its statistics cannot be had.
 */
export async function planeOf(context: PageContext, model: Model): Promise<MapPlane> {
  if (model.latent_size === 2) return new MapPlane(null, model.prepared.z);
  const { plane } = await context.document(model, "statistics");
  if (plane === undefined) throw new EngineError("model", "its map has no plane");
  return new MapPlane(plane, model.prepared.z);
}

/** Offers the labels of a conditioned model in a <select>, whose place is hidden for others. */
export function offerLabels(
  choice: HTMLSelectElement | null,
  { condition, class_names, prepared }: Model,
  label: number | null = null,
): void {
  if (choice === null) return;
  const names = condition === "none" ? [] : class_names;
  choice.replaceChildren(...names.map((name, index) => new Option(name, String(index))));
  const wanted = label !== null && label < names.length ? label : prepared.label;
  choice.value = String(wanted ?? 0);
  const place = choice.closest<HTMLElement>(".choose");
  if (place !== null) place.hidden = names.length === 0;
}
