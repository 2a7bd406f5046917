// Section "shape": the classes as Gaussians of a choice of images, and a grid around a digit.

import "../../elements/digit-grid";
import { type PageContext, sentence } from "../../app/context";
import { whenNear } from "../../app/when-near";
import { latticeSites } from "../../core/geometry/lattice";
import { formatNumber, formatPercent, type Point, squareOf } from "../../core/geometry/viewport";
import { gaussian } from "../../core/latent/random";
import { shareWithin } from "../../core/points/ellipse-share";
import { gaussiansOf } from "../../core/points/map-layers";
import { largestShift } from "../../core/points/stability";
import { nounOf } from "../../core/release/manifest";
import type { Split, Statistics } from "../../core/release/release";
import type { DigitGrid } from "../../elements/digit-grid";
import type { ImageView } from "../../elements/image-view";
import type { LatentMap } from "../../elements/map/latent-map";
import { linkedChoice, showOnly } from "../../figures/choices";
import { keepClasses } from "../../figures/class-isolation";
import {
  decoderInto,
  dressMap,
  fillMap,
  keepPlace,
  loadPart,
  required,
  sizeView,
} from "../../figures/figure";
import { gridInto, showGridError } from "../../figures/grid";
import { chooseLayers, layersOnto } from "../../figures/layer-choice";
import { MapPlane, planeOf } from "../../figures/map-plane";
import { originals } from "../../figures/originals";

const LAYERS = ["points", "ellipses"];
/** Tiles along each side of the grid: odd, so that one of them is the mean itself. */
const SIDE = 7;
/** Ten to a row: of a conditional model a digit to a column. */
const COUNT = 60;
const MOST_SEEDS = 9999;

export async function start(context: PageContext, section: HTMLElement): Promise<void> {
  // Each of the three figures does without the others, and fetches its models when it comes near.
  const rows = section.querySelector(".rows");
  if (rows !== null) {
    const grids = section.querySelectorAll<DigitGrid>("digit-grid[data-reconstructions-of]");
    whenNear(rows, () => {
      for (const grid of grids) void reconstruct(context, grid);
      const grid = rows.querySelector<DigitGrid>("#shape-originals");
      if (grid !== null) void showOriginals(context, grid);
    });
  }
  const samples = section.querySelector(".samples");
  if (samples !== null) whenNear(samples, () => void startSamples(context, section));
  await startMap(context, section);
}

/** Fills a grid with ten test images as the model that the template gave it remembers them. */
async function reconstruct(context: PageContext, grid: DigitGrid): Promise<void> {
  const id = grid.dataset.reconstructionsOf ?? "";
  try {
    const model = context.model(id);
    const { mu, labels } = await context.document(model, "tiles");
    grid.names = labels.map(
      (label) => `The ${model.class_names[label]} reconstructed by ${model.title}`,
    );
    gridInto(context, grid)({ model, z: mu.flat(), labels });
  } catch (error) {
    showGridError(grid, `The reconstructions by ${id}`, error, () => {
      void reconstruct(context, grid);
    });
  }
}

/** Fills a grid with the same test images themselves. */
async function showOriginals(context: PageContext, grid: DigitGrid): Promise<void> {
  try {
    const model = context.model(grid.dataset.originalsOf ?? "");
    const { index, labels } = await context.document(model, "tiles");
    grid.names = labels.map((label) => `The ${model.class_names[label]} of the test set`);
    grid.image = model.image;
    grid.images = await originals(model, index);
  } catch (error) {
    showGridError(grid, "The test images", error, () => void showOriginals(context, grid));
  }
}

async function startMap(context: PageContext, section: HTMLElement): Promise<void> {
  const map = required<LatentMap>(section, "latent-map");
  const view = required<ImageView>(section, "image-view[name=shape-decoded]");
  const model = context.model(map.model);
  dressMap(map, model);
  sizeView(view, model);
  const decode = decoderInto(context, [view]);
  /** Null until it is known where the map's places lie in the latent space. */
  let plane: MapPlane | null = null;
  const draw = (place: Point): void => {
    if (plane !== null)
      decode({ model, z: plane.fromMap(place), labels: [model.prepared.label ?? 0] });
  };
  keepPlace(context, map, "shape", draw);
  keepClasses(context, section, "shapeOnly");
  if (model.latent_size === 2) plane = new MapPlane(null, model.prepared.z);
  map.z ??= [0, 0];
  chooseLayers(context, section, "shapeLayers", LAYERS, layersOnto(map));
  const share = section.querySelector("#shape-share");
  /** Says how many of the points within the chosen digit's ellipse are that digit. */
  const sayShare = (): void => {
    const chosen = section.querySelector<HTMLInputElement>("[name=shape-digit]:checked")?.value;
    const ellipse = map.ellipses.find(({ label }) => String(label) === chosen);
    if (share === null || ellipse === undefined || map.points === null) return;
    const own = shareWithin(map.points, ellipse);
    const name = map.classNames[ellipse.label];
    if (own !== null)
      share.textContent = `Of the training digits inside the ${name}’s inner ellipse, ${formatPercent(own, 0)} are ${name}s: an ellipse shows a mean and a covariance; it is no boundary.`;
  };
  section.addEventListener("change", sayShare);
  const showClasses = async (): Promise<void> => {
    try {
      const statistics = await context.document(model, "statistics");
      plane = await planeOf(context, model);
      chooseSplit(context, section, map, statistics, sayShare);
      chooseDigit(context, section, map, statistics, plane, (z) => {
        map.z = z;
        draw(z);
        context.update({ shapeZ: [z[0], z[1]] });
      });
    } catch (error) {
      showGridError(required(section, "#shape-grid"), `The means of ${model.id}`, error, () => {
        void showClasses();
      });
      required(section, "#shape-shift").textContent = sentence("How far they move", error);
    }
  };
  await Promise.all([loadPart(context, model, "decoder", [view]), showClasses()]);
  draw(map.z);
  await fillMap(context, map, model); // without its ellipses a map is a map all the same
  sayShare();
}

/** The Gaussians of whichever images the reader chooses, and how far their means have moved. */
function chooseSplit(
  context: PageContext,
  section: HTMLElement,
  map: LatentMap,
  { splits }: Statistics,
  shown: () => void,
): void {
  const show = (split: string): void => {
    map.ellipses = gaussiansOf(context.model(map.model), splits[split as Split] ?? []);
    shown();
  };
  show(linkedChoice(context, section, "[name=shape-split]", "shapeSplit", show).value);

  const { train, first_half = [], second_half = [], test: tested = [] } = splits;
  const halves = largestShift(first_half, second_half, train);
  const test = largestShift(train, tested, train);
  if (halves === null || test === null) return;
  const names = map.classNames;
  const size = (shift: number): string => formatNumber(shift, 2);
  required(section, "#shape-shift").textContent =
    `From one half to the other no mean moves by more than ${size(halves.size)} standard deviations of its class (that of the ${names[halves.label]}), and from the training to the test ${nounOf(context.model(map.model))}s by no more than ${size(test.size)} (that of the ${names[test.label]}).`;
}

/** The grid around a digit's mean: what is decoded there, and where on the map it is. */
function chooseDigit(
  context: PageContext,
  section: HTMLElement,
  map: LatentMap,
  { splits }: Statistics,
  plane: MapPlane,
  moveTo: (z: Point) => void,
): void {
  const grid = required<DigitGrid>(section, "#shape-grid");
  const model = context.model(map.model);
  let sites: Point[] = [];
  let bounds = squareOf({ centre: [0, 0], scale: SIDE });
  const decode = gridInto(context, grid, (images) => {
    map.lattice = { columns: SIDE, rows: SIDE, bounds, images, image: model.image };
  });
  const show = (): void => {
    const row = splits.train.find(({ label }) => String(label) === digits.value);
    if (row === undefined) return;
    bounds = squareOf({ centre: plane.toMap(row.mean), scale: SIDE * Number(steps.value) });
    const places = latticeSites(bounds, SIDE, SIDE);
    const z = plane.lift(row.mean).lift?.(places) ?? places;
    sites = Array.from(
      { length: SIDE * SIDE },
      (_, i) => [places[2 * i], places[2 * i + 1]] as Point,
    );
    const texts = sites.map((site) => site.map((value) => formatNumber(value, 2)));
    const name = map.classNames[row.label];
    grid.label =
      nounOf(model) === "digit"
        ? `Digits around the mean of the ${name}s, ${steps.value} apart`
        : `Images around the mean of ${name}, ${steps.value} apart`;
    grid.captions = texts.map((text) => text.join("\n"));
    grid.names = texts.map((text) => `z = ${text.join(", ")}`);
    grid.marked = (SIDE * SIDE - 1) / 2;
    decode({ model, z, labels: sites.map(() => row.label) });
  };
  const digits = linkedChoice(context, section, "[name=shape-digit]", "shapeDigit", show);
  const steps = linkedChoice(context, section, "#shape-step", "shapeStep", show);
  for (const event of ["tile-point", "tile-pick"] as const) {
    grid.addEventListener(event, ({ detail }) => moveTo(sites[detail.index] as Point));
  }
  show();
}

/** What models draw from their prior, again and again. */
async function startSamples(context: PageContext, section: HTMLElement): Promise<void> {
  const grid = required<DigitGrid>(section, "#shape-samples");
  const again = required<HTMLButtonElement>(section, "#shape-again");
  const { state } = context;
  const decode = gridInto(context, grid);

  const show = async (): Promise<void> => {
    const { shapeSeed: seed } = state;
    const model = context.model(choice.value);
    showOnly(section, "samples-of", model.id);
    grid.label = `${COUNT} samples of ${model.title}`;
    const labels = Array.from({ length: COUNT }, (_, i) => i % model.classes);
    const isWanted = (): boolean => model.id === choice.value && seed === state.shapeSeed;
    try {
      const z =
        seed === null && model.prior !== undefined
          ? (await context.document(model, "prior")).z.slice(0, COUNT).flat()
          : Array.from({ length: COUNT * model.latent_size }, gaussian(seed ?? 1));
      if (isWanted()) decode({ model, z, labels });
    } catch (error) {
      if (isWanted()) showGridError(grid, `The samples of ${model.id}`, error, () => void show());
    }
  };
  const choice = linkedChoice(
    context,
    section,
    "[name=shape-model]",
    "shapeModel",
    () => void show(),
  );
  again.addEventListener("click", () => {
    context.update({ shapeSeed: ((state.shapeSeed ?? 0) % MOST_SEEDS) + 1 });
    void show();
  });
  again.disabled = false;
  await show();
}
