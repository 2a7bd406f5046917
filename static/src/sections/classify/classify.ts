// Section "classify": what a classifier beside the decoder reads from z, at three weights of its loss.

import "../../elements/chart/class-probabilities";
import "../../elements/chart/confusion-matrix";
import { type PageContext, sentence } from "../../app/context";
import { leaveOut } from "../../app/notice";
import { latest } from "../../core/async/latest";
import type { Point } from "../../core/geometry/viewport";
import { nearestPoints } from "../../core/points/nearest";
import { imageSize, type Model } from "../../core/release/manifest";
import type { ClassProbabilities } from "../../elements/chart/class-probabilities";
import type { ConfusionMatrix } from "../../elements/chart/confusion-matrix";
import type { ImageView } from "../../elements/image-view";
import type { LatentMap } from "../../elements/map/latent-map";
import type { Decoded } from "../../engine/engine";
import { dressMap, dressView, fillMap, keepView, loadPart, required } from "../../figures/figure";
import { chooseLayers, layersOnto } from "../../figures/layer-choice";

const LAYERS = ["points", "regions", "names"];
/** The two digits that are hardest to keep apart. */
const PAIR = [4, 9] as const;

export async function start(context: PageContext, section: HTMLElement): Promise<void> {
  const map = required<LatentMap>(section, "latent-map");
  const view = required<ImageView>(section, "image-view[name=classify-decoded]");
  const bars = required<ClassProbabilities>(section, "class-probabilities");
  const matrix = required<ConfusionMatrix>(section, "confusion-matrix");
  const choices = Array.from(
    section.querySelectorAll<HTMLInputElement>("input[name=classify-model]"),
  );
  const { state } = context;
  const isShown = (model: Model): boolean => map.model === model.id;
  /** Counts the changes of weight: what belongs to an earlier one comes too late. */
  let turn = 0;
  /** Where the reader was last, while the place on the next map is looked for. */
  let left: { model: Model; z: Point } | null = null;

  const decode = latest(
    ({ model, z }: { model: Model; z: Point }) =>
      context.engine.decodeWithClasses(model, Float32Array.from(z)),
    ({ images, probabilities }: Decoded, { model }) => {
      if (!isShown(model)) return;
      view.pixels = images.subarray(0, imageSize(model));
      bars.probabilities = probabilities;
    },
    (error, { model }) => {
      if (isShown(model)) fail(sentence(`The model ${model.id}`, error));
    },
  );
  const fail = (message: string): void => {
    for (const element of [view, bars]) {
      element.message = message;
      element.state = "error";
    }
  };

  /** Shows a model; `place` tells where on its map, once its points may be asked. */
  const show = async (
    model: Model,
    place: () => Promise<Point> | Point,
    pinned: boolean,
  ): Promise<void> => {
    turn += 1;
    const mine = turn;
    const isWanted = (): boolean => mine === turn;
    for (const choice of choices) choice.checked = choice.value === model.id;
    dressMap(map, model);
    dressView(view, model);
    map.z = null;
    map.pinned = pinned;
    bars.probabilities = null;
    bars.classNames = model.class_names;
    bars.state = "loading";
    for (const text of section.querySelectorAll<HTMLElement>("[data-model]")) {
      text.hidden = text.dataset.model !== model.id;
    }
    const regions = showRegions(context, map, model);
    void showConfusion(context, matrix, model, isWanted);
    const loaded = loadPart(context, model, "decoder", [view], undefined, isWanted);
    const placed = await place();
    if (!isWanted()) return;
    // The reader may have pointed somewhere meanwhile.
    const z = map.z ?? placed;
    map.z = z;
    left = null;
    context.update({ classifyZ: z === preset(model) ? null : [z[0], z[1]] });
    if (await loaded) {
      if (isWanted()) decode({ model, z: map.z ?? z });
    } else if (isWanted()) {
      bars.message = "No model, no probabilities.";
      bars.state = "error";
    }
    if (isWanted()) await fillMap(context, map, model);
    const missing = await regions;
    if (missing === null || !isWanted()) return;
    map.message = missing; // after the points, whose coming takes a message away
    map.state = "error";
  };

  chooseLayers(context, section, "classifyLayers", LAYERS, layersOnto(map));
  map.addEventListener("latent-change", (event) => {
    decode({ model: context.model(map.model), z: event.detail.z });
    context.update({ classifyZ: event.detail.z });
  });
  map.addEventListener("pin-change", (event) => {
    context.update({ classifyPinned: event.detail.pinned });
  });
  const preset = (model: Model): Point => model.prepared.z as unknown as Point;
  for (const choice of choices) {
    choice.addEventListener("change", () => {
      const after = context.model(choice.value);
      if (map.z !== null) left = { model: context.model(map.model), z: map.z };
      const from = left;
      const classifyModel = choice.value === choices[0]?.value ? null : choice.value;
      context.update({ classifyModel, classifyZ: null, classifyView: null });
      const follow = async (): Promise<Point> =>
        (from && (await counterpart(context, from, after))) ?? preset(after);
      void show(after, follow, map.pinned);
    });
    choice.disabled = false;
  }
  const wanted = choices.find(({ value }) => value === state.classifyModel);
  if (wanted === undefined && state.classifyModel !== null) {
    leaveOut(context, "classifyModel", "classifyZ", "classifyView");
  }
  const first = context.model((wanted ?? choices[0])?.value ?? map.model);
  const shown = show(first, () => state.classifyZ ?? preset(first), state.classifyPinned);
  keepView(context, map, "classifyView");
  await shown;
}

/**
 * Returns where another model's map has the training image nearest to `z`: maps of different
 * models share no coordinates, but row i is image i on each of them. Null where that is unknown.
 */
async function counterpart(
  context: PageContext,
  { model: before, z }: { model: Model; z: Point },
  after: Model,
): Promise<Point | null> {
  if (before === after) return z;
  try {
    const [from, to] = await Promise.all([context.means(before), context.means(after)]);
    const [i] = nearestPoints(from, z, 1);
    return i === undefined || i >= to.count
      ? null
      : [to.xy[2 * i] as number, to.xy[2 * i + 1] as number];
  } catch {
    return null;
  }
}

/** Paints the classes' regions; returns why they cannot be, or null. */
async function showRegions(
  context: PageContext,
  map: LatentMap,
  model: Model,
): Promise<string | null> {
  try {
    const regions = await context.document(model, "regions");
    if (map.model === model.id) map.regions = regions;
    return null;
  } catch (error) {
    return sentence("The class regions", error);
  }
}

async function showConfusion(
  context: PageContext,
  matrix: ConfusionMatrix,
  model: Model,
  isShown: () => boolean,
): Promise<void> {
  matrix.confusion = null;
  matrix.state = "loading";
  try {
    const { classifier } = await context.document(model, "report");
    if (!isShown()) return;
    matrix.classNames = model.class_names;
    matrix.marked = PAIR;
    matrix.confusion = classifier?.confusion ?? null;
  } catch (error) {
    if (!isShown()) return;
    matrix.message = sentence("The confusion matrix", error);
    matrix.state = "error";
  }
}
