// Section "classify": what a classifier beside the decoder reads from z, at three weights of its loss.

import "../../elements/chart/class-probabilities";
import "../../elements/chart/confusion-matrix";
import { type PageContext, sentence } from "../../app/context";
import { latest } from "../../core/async/latest";
import type { Point } from "../../core/geometry/viewport";
import { nearestPoints } from "../../core/points/nearest";
import { imageSize, type Model } from "../../core/release/manifest";
import type { ClassProbabilities } from "../../elements/chart/class-probabilities";
import type { ConfusionMatrix } from "../../elements/chart/confusion-matrix";
import type { ImageView } from "../../elements/image-view";
import type { LatentMap } from "../../elements/map/latent-map";
import type { Decoded } from "../../engine/engine";
import { linkedChoice, showOnly } from "../../figures/choices";
import { keepClasses } from "../../figures/class-isolation";
import {
  dressMap,
  dressView,
  fillMap,
  keepPlace,
  loadPart,
  mended,
  required,
  showError,
} from "../../figures/figure";
import { chooseLayers, layersOnto } from "../../figures/layer-choice";

const LAYERS = ["points", "regions", "names"];
const REGIONS = "The class regions";
/** The two digits that are hardest to keep apart. */
const PAIR = [4, 9] as const;

export async function start(context: PageContext, section: HTMLElement): Promise<void> {
  const map = required<LatentMap>(section, "latent-map");
  const view = required<ImageView>(section, "image-view[name=classify-decoded]");
  const bars = required<ClassProbabilities>(section, "class-probabilities");
  const matrix = required<ConfusionMatrix>(section, "confusion-matrix");
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
    (error, asked) => {
      if (!isShown(asked.model)) return;
      showError([view, bars], sentence(`The model ${asked.model.id}`, error), () => decode(asked));
    },
  );

  /** Shows a model; `place` tells where on its map, once its points may be asked. */
  const show = async (model: Model, place: () => Promise<Point> | Point): Promise<void> => {
    const mine = ++turn;
    const isWanted = (): boolean => mine === turn;
    dressMap(map, model);
    dressView(view, model);
    map.z = null;
    bars.probabilities = null;
    bars.classNames = model.class_names;
    bars.state = "loading";
    showOnly(section, "model", model.id);
    const addRegions = async (): Promise<void> => {
      const regions = await context.document(model, "regions");
      if (!isWanted()) return;
      map.regions = regions;
      mended(map, REGIONS);
    };
    const insist = (): void => {
      addRegions().catch((error) => {
        if (isWanted()) showError([map], sentence(REGIONS, error), insist);
      });
    };
    const early = addRegions().catch(() => {}); // a message now would go when the points come
    void showConfusion(context, matrix, model, isWanted);
    const loaded = loadPart(context, model, "decoder", [view], isWanted);
    const placed = await place();
    if (!isWanted()) return;
    // The reader may have pointed somewhere meanwhile.
    const z = map.z ?? placed;
    map.z = z;
    left = null;
    context.update({ classifyZ: z === preset(model) ? null : [z[0], z[1]] });
    await loaded;
    if (!isWanted()) return;
    decode({ model, z: map.z ?? z });
    await fillMap(context, map, model);
    await early;
    if (map.regions === null) insist();
  };

  chooseLayers(context, section, "classifyLayers", LAYERS, layersOnto(map));
  keepClasses(context, section, "classifyOnly");
  const choice = linkedChoice(
    context,
    section,
    "[name=classify-model]",
    "classifyModel",
    (id) => {
      const after = context.model(id);
      if (map.z !== null) left = { model: context.model(map.model), z: map.z };
      const from = left;
      void show(
        after,
        async () => (from && (await counterpart(context, from, after))) ?? preset(after),
      );
    },
    { classifyZ: null, classifyView: null },
  );
  const first = context.model(choice.value || map.model);
  const shown = show(first, () => preset(first));
  keepPlace(context, map, "classify", (z) => decode({ model: context.model(map.model), z }));
  await shown;
}

const preset = (model: Model): Point => model.prepared.z as unknown as Point;

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
    showError([matrix], sentence("The confusion matrix", error), () => {
      void showConfusion(context, matrix, model, isShown);
    });
  }
}
