// Section "shape": the classes as Gaussians of a choice of images, and a grid around a digit.

import "../../elements/digit-grid";
import { type PageContext, sentence } from "../../app/context";
import { leaveOut } from "../../app/notice";
import { whenNear } from "../../app/when-near";
import { widen } from "../../core/geometry/gaussians";
import { boundsAround, latticeSites } from "../../core/geometry/lattice";
import { formatNumber, type Point } from "../../core/geometry/viewport";
import { STEPS } from "../../core/link/url-state";
import { largestShift } from "../../core/points/stability";
import type { ClassRow, Split, Statistics } from "../../core/release/release";
import type { DigitGrid } from "../../elements/digit-grid";
import type { ImageView } from "../../elements/image-view";
import type { LatentMap } from "../../elements/map/latent-map";
import type { ClassEllipse } from "../../elements/map/map-shapes";
import { digitButtons } from "../../figures/digits";
import { decoderInto, dressMap, fillMap, keepView, loadPart, required } from "../../figures/figure";
import { gridInto, showGridError } from "../../figures/grid";
import { chooseLayers, layersOnto } from "../../figures/layer-choice";
import { startReconstructions } from "./shape-reconstructions";
import { startSamples } from "./shape-samples";

const MODEL = "vae-2";
const LAYERS = ["points", "ellipses"];
/** Tiles along each side of the grid: odd, so that one of them is the mean itself. */
const SIDE = 7;
const FIRST_DIGIT = 3;
const FIRST_STEP = "0.2";

export async function start(context: PageContext, section: HTMLElement): Promise<void> {
  // Each of the three figures does without the others, and fetches its models when it comes near.
  const rows = section.querySelector(".rows");
  if (rows !== null) whenNear(rows, () => void startReconstructions(context, section));
  const samples = section.querySelector(".samples");
  if (samples !== null) whenNear(samples, () => void startSamples(context, section));
  await startMap(context, section);
}

async function startMap(context: PageContext, section: HTMLElement): Promise<void> {
  const map = required<LatentMap>(section, "latent-map");
  const view = required<ImageView>(section, "image-view[name=shape-decoded]");
  const model = context.model(MODEL);
  const { state } = context;

  dressMap(map, model);
  const decode = decoderInto(context, [view]);
  const draw = (z: Point): void => decode({ model, z });
  map.addEventListener("latent-change", ({ detail }) => {
    draw(detail.z);
    context.update({ shapeZ: detail.z });
  });
  map.addEventListener("pin-change", ({ detail }) => {
    context.update({ shapePinned: detail.pinned });
  });
  keepView(context, map, "shapeView");
  chooseLayers(context, section, "shapeLayers", LAYERS, layersOnto(map));
  map.z = state.shapeZ ?? [0, 0];
  map.pinned = state.shapePinned;
  const [loaded, statistics] = await Promise.all([
    loadPart(context, model, "decoder", [view]),
    context.document(model, "statistics").catch((error: unknown) => {
      const grid = required<DigitGrid>(section, "#shape-grid");
      showGridError(grid, `The means of ${model.id}`, error);
      required<HTMLOutputElement>(section, "#shape-shift").textContent = sentence(
        "How far they move",
        error,
      );
      return null;
    }),
  ]);
  if (loaded) draw(map.z ?? [0, 0]);
  if (statistics !== null) {
    chooseSplit(context, section, map, statistics);
    chooseDigit(context, section, map, statistics, (z) => {
      map.z = z;
      draw(z);
      context.update({ shapeZ: [z[0], z[1]] });
    });
  }
  await fillMap(context, map, model); // without its ellipses a map is a map all the same
}

/** The Gaussians of whichever images the reader chooses, and how far their means have moved. */
function chooseSplit(
  context: PageContext,
  section: HTMLElement,
  map: LatentMap,
  { splits }: Statistics,
): void {
  const choices = Array.from(section.querySelectorAll<HTMLInputElement>("input[name=shape-split]"));
  const show = (split: Split): void => {
    map.ellipses = ellipsesOf(splits[split]);
    for (const choice of choices) choice.checked = choice.value === split;
  };
  for (const choice of choices) {
    choice.disabled = false;
    choice.addEventListener("change", () => {
      const split = choice.value as Split;
      context.update({ shapeSplit: split === "train" ? null : split });
      show(split);
    });
  }
  show(context.state.shapeSplit ?? "train");

  const halves = largestShift(splits.first_half, splits.second_half, splits.train);
  const test = largestShift(splits.train, splits.test, splits.train);
  if (halves === null || test === null) return;
  const names = map.classNames;
  const size = (shift: number): string => formatNumber(shift, 2);
  required<HTMLOutputElement>(section, "#shape-shift").textContent =
    `From one half to the other no mean moves by more than ${size(halves.size)} standard deviations of its class (that of the ${names[halves.label]}), and from the training to the test digits by no more than ${size(test.size)} (that of the ${names[test.label]}).`;
}

/** Aggregate posteriors: the spread of a class's μ, and of q(z|x) around each. */
function ellipsesOf(rows: readonly ClassRow[]): ClassEllipse[] {
  return rows.flatMap(({ label, mean, covariance, posterior_variance = [0, 0] }) => {
    const [x, y] = mean;
    if (covariance === undefined || x === undefined || y === undefined) return [];
    return [{ label, mean: [x, y] as const, covariance: widen(covariance, posterior_variance) }];
  });
}

/** The grid around a digit's mean: what is decoded there, and where on the map it is. */
function chooseDigit(
  context: PageContext,
  section: HTMLElement,
  map: LatentMap,
  { splits }: Statistics,
  moveTo: (z: Point) => void,
): void {
  const grid = required<DigitGrid>(section, "#shape-grid");
  const steps = required<HTMLSelectElement>(section, "#shape-step");
  const model = context.model(MODEL);
  let sites: Float32Array = new Float32Array(0);
  const site = (index: number): Point => [
    sites[2 * index] as number,
    sites[2 * index + 1] as number,
  ];

  let bounds = boundsAround([0, 0], 1, SIDE, SIDE);
  const decode = gridInto(context, grid, (images) => {
    map.lattice = { columns: SIDE, rows: SIDE, bounds, images, image: model.image };
  });
  const show = (): void => {
    const step = context.state.shapeStep ?? FIRST_STEP;
    const wanted = context.state.shapeDigit ?? FIRST_DIGIT;
    const row = splits.train.find(({ label }) => label === wanted) ?? splits.train[0];
    if (row === undefined) return;
    const mean: Point = [row.mean[0] as number, row.mean[1] as number];
    digits.value = row.label;
    steps.value = step;
    bounds = boundsAround(mean, Number(step), SIDE, SIDE);
    sites = latticeSites(bounds, SIDE, SIDE);
    const all = Array.from({ length: SIDE * SIDE }, (_, index) => site(index));
    grid.label = `Digits around the mean of the ${map.classNames[row.label]}s, ${step} apart`;
    grid.captions = all.map((z) => z.map((value) => formatNumber(value, 2)).join("\n"));
    grid.names = all.map((z) => `z = ${z.map((value) => formatNumber(value, 2)).join(", ")}`);
    grid.marked = (SIDE * SIDE - 1) / 2;
    decode({ model, z: sites });
  };
  const digits = digitButtons(section, "shape-digit", FIRST_DIGIT, (digit) => {
    context.update({ shapeDigit: digit === FIRST_DIGIT ? null : digit });
    show();
  });
  const { shapeDigit } = context.state;
  if (shapeDigit !== null && !splits.train.some(({ label }) => label === shapeDigit)) {
    leaveOut(context, "shapeDigit");
  }
  steps.disabled = false;
  steps.addEventListener("change", () => {
    const step = STEPS.find((one) => one === steps.value) ?? FIRST_STEP;
    context.update({ shapeStep: step === FIRST_STEP ? null : step });
    show();
  });
  for (const event of ["tile-point", "tile-pick"] as const) {
    grid.addEventListener(event, ({ detail }) => moveTo(site(detail.index)));
  }
  show();
}
