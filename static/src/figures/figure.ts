// What every figure does alike: find its elements, dress a map, load a model, decode newest-wins.

import { type PageContext, sentence } from "../app/context";
import type { ReleaseContext } from "../app/release-context";
import { latest } from "../core/async/latest";
import { type Lattice, latticeSites } from "../core/geometry/lattice";
import { sameView } from "../core/geometry/viewport";
import type { Lift } from "../core/latent/plane";
import type { ViewKey } from "../core/link/url-state";
import { hasNormalPrior } from "../core/points/map-layers";
import { withNamePlaces } from "../core/points/name-places";
import { imageSize, type Model } from "../core/release/manifest";
import type { AtlasElement } from "../elements/atlas-element";
import type { ImageView } from "../elements/image-view";
import type { LatticeView } from "../elements/lattice-view";
import type { LatentMap } from "../elements/map/latent-map";
import type { Decoded, Engine, Part } from "../engine/engine";

/** @throws Error when a section's template and its script have come apart. */
export function required<Found extends Element>(root: ParentNode, selector: string): Found {
  const found = root.querySelector<Found>(selector);
  if (found === null) throw new Error(`The page has no ${selector}.`);
  return found;
}

/** Classes that are named after a colour of hair are shown in it: any other would be read as one. */
const HAIR = /^(black|brown|blond|red|gr[ae]y)( hair)?$/;
/** What a place on a map of more than two latents is called: it is not z, which has more numbers. */
export const PLANE_POINT = "point of the plane";

/** Clears a map of another model's points and overlays, and sets what is known of this model. */
export function dressMap(map: LatentMap, model: Model): void {
  map.model = model.id;
  map.label = `Map of the model “${model.title}”`;
  map.points = null;
  map.statistics = null;
  map.isolated = map.isolated.filter((label) => label < model.class_names.length);
  map.selection = [];
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
  map.hasNormalPrior = hasNormalPrior(model);
  nameMap(map, model);
  const picture = map.querySelector<HTMLImageElement>("img[slot=picture]");
  if (picture !== null && model.picture !== undefined) picture.src = model.picture.url;
}

/** Names the classes, the axes and the points of a map as its model has them. */
export function nameMap(map: LatentMap, model: Model): void {
  map.classNames = model.class_names;
  for (const [label, name] of model.class_names.entries()) {
    const hair = HAIR.exec(name)?.[1]?.replace("gray", "grey");
    map.style.setProperty(`--class-${label}`, hair === undefined ? "" : `var(--hair-${hair})`);
  }
  map.symbol = model.latent_size === 2 ? "z" : PLANE_POINT;
  map.axisNames = model.latent_size === 2 ? ["z₁", "z₂"] : ["first component", "second component"];
}

/** Shows the view that the link gives the model on a map, and keeps the link in step with it. */
export function keepView(context: PageContext, map: LatentMap, key: ViewKey): void {
  map.view = context.state[key];
  map.addEventListener("view-change", ({ detail: { view } }) => {
    context.update({ [key]: sameView(view, map.home) ? null : view });
  });
}

/** The sections whose map has a cursor and a pin in the link. */
type PlaceSection = "shape" | "labels" | "control" | "classify";

/**
 * Shows what the link says of a map's view, cursor and pin, and keeps the link in step with them.
 *
 * @param moved is called with z whenever the reader moves it.
 */
export function keepPlace(
  context: PageContext,
  map: LatentMap,
  section: PlaceSection,
  moved: (z: [number, number]) => void,
): void {
  keepView(context, map, `${section}View`);
  // What the reader did before the script came is not lost.
  const early = context.state[`${section}Z`] === null && map.z !== null;
  if (early) context.update({ [`${section}Z`]: map.z, [`${section}Pinned`]: map.pinned });
  map.z = context.state[`${section}Z`];
  map.pinned = context.state[`${section}Pinned`];
  map.addEventListener("latent-change", ({ detail: { z } }) => {
    moved(z);
    context.update({ [`${section}Z`]: z });
  });
  map.addEventListener("pin-change", ({ detail: { pinned } }) => {
    context.update({ [`${section}Pinned`]: pinned });
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
export async function fillMap(
  context: Pick<ReleaseContext, "means">,
  map: LatentMap,
  model: Model,
): Promise<void> {
  try {
    const means = await context.means(model);
    if (map.model !== model.id) return; // another model was chosen meanwhile
    map.statistics = withNamePlaces(means, means.statistics);
    map.points = means;
  } catch (error) {
    if (map.model !== model.id) return;
    showError([map], sentence(`The points of ${model.id}`, error), () => {
      if (map.model === model.id) void fillMap(context, map, model);
    });
  }
}

/**
 * Loads a part of a model; tells whether it can be used. A failure is shown if `isShown` then.
 *
 * @param bar shows how much of it is there.
 */
export async function loadPart(
  context: Pick<ReleaseContext, "engine">,
  model: Model,
  part: Part,
  views: readonly ImageView[],
  isShown = () => true,
  bar?: HTMLProgressElement,
): Promise<boolean> {
  for (const view of views) if (view.state !== "ready") view.state = "loading";
  const progress = (share: number): void => {
    if (bar !== undefined && isShown()) bar.value = share;
  };
  progress(0);
  try {
    await context.engine.load(model, part, progress);
    return true;
  } catch (error) {
    if (isShown()) showError(views, sentence(`The model ${model.id}`, error));
    return false; // what is decoded with it next tries again
  } finally {
    progress(1);
  }
}

/**
 * Shows a sentence in place of pictures, of a map's points, of a chart; it is announced once.
 *
 * @param again tries for what is missing; it is called while the first of them shows the sentence.
 */
export function showError(
  elements: readonly Pick<AtlasElement, "fail">[],
  message: string,
  again: (() => void) | null = null,
): void {
  for (const [i, element] of elements.entries()) {
    element.fail(message, i === 0 ? again : null, i > 0);
  }
}

/** Takes a sentence about `subject` off a map: that is there now. */
export function mended(map: LatentMap | LatticeView, subject: string): void {
  if (map.state !== "error" || !map.message.startsWith(subject)) return;
  map.state = "points" in map && map.points === null ? "loading" : "ready";
}

/**
 * Calls `left` when a mouse leaves a map, unless a click holds the place: the way to a switch or a
 * button leads over the map.
 */
export function whenMouseLeaves(map: LatentMap, left: () => void): void {
  map.addEventListener("pointerleave", ({ pointerType }) => {
    if (pointerType === "mouse" && !map.pinned) left();
  });
}

/** Points to decode: (n · latent_size,) numbers, and n labels of which only conditioned models ask. */
export interface Decoding {
  readonly model: Model;
  readonly z: ArrayLike<number>;
  readonly labels?: number[];
}

/** Decodes n points in one call: (n · H · W · C,) in 0…1. */
export async function decodeWith(engine: Engine, decoding: Decoding): Promise<Float32Array> {
  return (await answerTo(engine, decoding)).images;
}

function answerTo(engine: Engine, { model, z, labels }: Decoding): Promise<Decoded> {
  const asked = model.condition === "none" ? undefined : labels;
  return engine.decodeWithClasses(model, Float32Array.from(z), asked);
}

/**
 * Decodes n points at once into n views, newest wins.
 *
 * @param isShown tells whether the views are still this model's; else its images are dropped.
 * @param answered is called once the views show an image or an error.
 */
export function decoderInto(
  context: Pick<ReleaseContext, "engine">,
  views: readonly ImageView[],
  isShown: (model: Model) => boolean = () => true,
  answered: (decoding: Decoding) => void = () => {},
): (decoding: Decoding) => void {
  const decode = latest(
    (decoding: Decoding) => answerTo(context.engine, decoding),
    ({ images, approximate = false }, decoding) => {
      if (!isShown(decoding.model)) return;
      const size = imageSize(decoding.model);
      for (const [i, view] of views.entries()) {
        view.approximate = approximate;
        view.pixels = images.subarray(i * size, (i + 1) * size);
      }
      answered(decoding);
    },
    (error, decoding) => {
      if (!isShown(decoding.model)) return;
      showError(views, sentence(`The model ${decoding.model.id}`, error), () => decode(decoding));
      answered(decoding);
    },
  );
  return decode;
}

const LATTICE = "The lattice";

/** A lattice to decode onto a map. */
export interface LatticeRequest extends Pick<Lattice, "bounds" | "columns" | "rows"> {
  readonly model: Model;
  /** Of every tile, where the decoder is conditioned. */
  readonly label?: number;
  /** Where d > 2: what puts the map's plane into the whole space. */
  readonly lift?: Lift;
}

/** Decodes a lattice in one call and lays it on the map or shows it alone, newest wins. */
export function latticeOnto(
  context: PageContext,
  map: LatentMap | LatticeView,
): (request: LatticeRequest) => void {
  const decode = latest(
    ({ model, bounds, columns, rows, label, lift }: LatticeRequest) => {
      const sites = latticeSites(bounds, columns, rows);
      const z = lift?.(sites) ?? sites;
      const labels = Array<number>(columns * rows).fill(label ?? 0);
      return decodeWith(context.engine, { model, z, labels });
    },
    (images, { model, bounds, columns, rows }) => {
      if (map.model !== model.id) return;
      map.lattice = { columns, rows, bounds, images, image: model.image };
      mended(map, LATTICE);
    },
    (error, request) => {
      if (map.model !== request.model.id) return;
      showError([map], sentence(LATTICE, error), () => decode(request));
    },
  );
  return decode;
}
