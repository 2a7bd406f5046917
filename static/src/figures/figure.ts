// What every figure does alike: find its elements, dress a map, load a model, decode newest-wins.

import { type PageContext, sentence } from "../app/context";
import { latest } from "../core/async/latest";
import { embed, latticeSites } from "../core/geometry/lattice";
import { type Bounds, sameView } from "../core/geometry/viewport";
import type { Lift } from "../core/latent/plane";
import type { ViewKey } from "../core/link/url-state";
import { imageSize, type Model } from "../core/release/manifest";
import type { ImageView } from "../elements/image-view";
import type { LatticeView } from "../elements/lattice-view";
import type { LatentMap } from "../elements/map/latent-map";
import type { Part } from "../engine/engine";

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

/** Clears a map of another model's points and overlays, and sets what is known of this model. */
export function dressMap(map: LatentMap, model: Model): void {
  map.model = model.id;
  map.label = `Map of the model “${model.title}”`;
  map.points = null;
  map.statistics = null;
  map.isolated = [];
  map.ellipses = [];
  map.targets = [];
  map.circle = null;
  map.path = null;
  map.regions = null;
  map.lattice = null;
  map.message = "";
  map.state = "loading";
  map.home = model.view;
  map.view = null;
  map.classNames = model.class_names;
  map.axisNames = model.latent_size === 2 ? ["z1", "z2"] : ["first component", "second component"];
  const picture = map.querySelector<HTMLImageElement>("img[slot=picture]");
  if (picture !== null) picture.src = model.picture.url;
}

/**
 * Shows what the link says of a map's view, and keeps the link in step with what the reader does.
 *
 * @param map with the model on it whose view the link means.
 */
export function keepView(context: PageContext, map: LatentMap, key: ViewKey): void {
  map.view = context.state[key];
  map.addEventListener("view-change", ({ detail: { view } }) => {
    context.update({ [key]: sameView(view, map.home) ? null : view });
  });
}

/** Makes a view fit for a model's images, and empties it. */
export function dressView(view: ImageView, model: Model): void {
  view.pixels = null;
  sizeView(view, model);
}

/** Gives a view the size and the channels of a model's images. */
export function sizeView(view: ImageView, model: Model): void {
  view.width = model.image.width;
  view.height = model.image.height;
  view.channels = model.image.channels;
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

/** Points to decode: (n · latent_size,) numbers and, where the model is conditioned, n labels. */
export interface Decoding {
  readonly model: Model;
  readonly z: ArrayLike<number>;
  readonly labels?: number[];
}

/** Returns one label for each of n points, where the model's decoder is conditioned. */
export function labelsFor(
  model: Model,
  label: number,
  count: number,
): Pick<Decoding, "labels"> | undefined {
  return model.condition === "none" ? undefined : { labels: Array<number>(count).fill(label) };
}

/**
 * Decodes n points at once into n views, newest wins.
 *
 * @param isShown tells whether the views are still this model's; else its images are dropped.
 * @param answered is called once the views show an image or an error.
 */
export function decoderInto(
  context: Pick<PageContext, "engine">,
  views: readonly ImageView[],
  isShown: (model: Model) => boolean = () => true,
  answered: (decoding: Decoding) => void = () => {},
): (decoding: Decoding) => void {
  return latest(
    ({ model, z, labels }: Decoding) => context.engine.decode(model, Float32Array.from(z), labels),
    (images, decoding) => {
      if (!isShown(decoding.model)) return;
      const size = imageSize(decoding.model);
      for (const [i, view] of views.entries()) {
        view.pixels = images.subarray(i * size, (i + 1) * size);
      }
      answered(decoding);
    },
    (error, decoding) => {
      if (!isShown(decoding.model)) return;
      showError(views, sentence(`The model ${decoding.model.id}`, error));
      answered(decoding);
    },
  );
}

/** A lattice to decode onto a map. */
export interface LatticeRequest {
  readonly model: Model;
  readonly bounds: Bounds;
  readonly columns: number;
  readonly rows: number;
  /** The label of every tile, where the decoder is conditioned. */
  readonly label?: number;
  /** Where d > 2: the value of the other latents, and which two the map shows. */
  readonly base?: readonly number[];
  readonly coordinates?: readonly [number, number];
  /** Or what puts the map's plane into the whole space, where it is not that of two latents. */
  readonly lift?: Lift;
}

/** Decodes a lattice in one call and lays it on the map or shows it alone, newest wins. */
export function latticeOnto(
  context: PageContext,
  map: LatentMap | LatticeView,
): (request: LatticeRequest) => void {
  return latest(
    ({ model, bounds, columns, rows, label, base, coordinates, lift }: LatticeRequest) => {
      const sites = latticeSites(bounds, columns, rows);
      const z = lift?.(sites) ?? (base === undefined ? sites : embed(sites, base, coordinates));
      const labels = label === undefined ? undefined : Array<number>(columns * rows).fill(label);
      return context.engine.decode(model, z, labels);
    },
    (images, { model, bounds, columns, rows }) => {
      if (map.model !== model.id) return;
      map.lattice = { columns, rows, bounds, images, image: model.image };
    },
    (error, { model }) => {
      if (map.model !== model.id) return;
      map.message = sentence("The lattice", error);
      map.state = "error";
    },
  );
}
