// What every figure does alike: find its elements, fill a map, load a model with progress.

import type { Model } from "../core/manifest";
import type { ImageView } from "../elements/image-view";
import type { LatentMap } from "../elements/latent-map";
import type { Part } from "../engine/engine";
import { type PageContext, sentence } from "./context";

/**
 * Returns the element that a section's template promises.
 *
 * @throws Error when the template and the script have come apart.
 */
export function required<Found extends Element>(root: ParentNode, selector: string): Found {
  const found = root.querySelector<Found>(selector);
  if (found === null) throw new Error(`The page has no ${selector}.`);
  return found;
}

/** Puts a model's points on a map; where they cannot be had, the map says so and goes on. */
export async function fillMap(context: PageContext, map: LatentMap, model: Model): Promise<void> {
  try {
    const means = await context.means(model);
    if (map.model !== model.id) return; // another model was chosen meanwhile
    map.statistics = means.statistics;
    map.points = means;
  } catch (error) {
    if (map.model !== model.id) return;
    map.message = sentence(`The points of ${model.id}`, error);
    map.state = "error";
  }
}

/**
 * Loads a part of a model while its picture's state says so; tells whether it can be used.
 *
 * @param isShown tells whether the pictures are still this model's; a failure is only theirs then.
 */
export async function loadPart(
  context: PageContext,
  model: Model,
  part: Part,
  views: readonly ImageView[],
  progress?: (share: number) => void,
  isShown = () => true,
): Promise<boolean> {
  for (const view of views) if (view.state !== "ready") view.state = "loading";
  try {
    await context.engine.load(model, part, progress);
    return true;
  } catch (error) {
    if (isShown()) showError(views, sentence(`The model ${model.id}`, error));
    return false;
  }
}

/** Shows a sentence in place of pictures. */
export function showError(views: readonly ImageView[], message: string): void {
  for (const view of views) {
    view.message = message;
    view.state = "error";
  }
}
