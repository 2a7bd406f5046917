// Section "control": a target for every digit, and interpolation between two of them.

import { type PageContext, sentence } from "../../app/context";
import { shareAt } from "../../core/geometry/path";
import { formatPercent, formatPoint, type Point } from "../../core/geometry/viewport";
import { shapesOf } from "../../core/points/map-layers";
import { shareNearestOwn } from "../../core/points/nearest";
import type { Model } from "../../core/release/manifest";
import { sayIn } from "../../elements/again";
import type { ImageView } from "../../elements/image-view";
import type { LatentMap } from "../../elements/map/latent-map";
import type { PlayBar } from "../../elements/play-bar";
import { type Choice, linkedChoice } from "../../figures/choices";
import { keepClasses } from "../../figures/class-isolation";
import {
  decoderInto,
  dressMap,
  fillMap,
  keepPlace,
  loadPart,
  required,
} from "../../figures/figure";
import { InterpolationFigure, Strip } from "../../figures/interpolation-strips";
import { chooseLayers, layersOnto } from "../../figures/layer-choice";

/** The targets stand where the names would. */
const LAYERS = ["points", "targets", "path"];

export async function start(context: PageContext, section: HTMLElement): Promise<void> {
  const map = required<LatentMap>(section, "latent-map");
  const view = required<ImageView>(section, "image-view[name=control-decoded]");
  const bar = required<PlayBar>(section, "play-bar");
  const model = context.model(map.model);
  let begin = (): void => {};
  // The strip comes with the first picture, however late: a file that was lost may come again.
  const decode = decoderInto(context, [view], undefined, () => {
    if (view.state === "ready") begin();
  });
  const show = (z: Point): void => decode({ model, z });
  dressMap(map, model);
  keepClasses(context, section, "controlOnly");
  keepPlace(context, map, "control", (z) => {
    bar.pause();
    show(z);
  });
  chooseLayers(context, section, "controlLayers", LAYERS, layersOnto(map));

  const strip = section.querySelectorAll<ImageView>(".strip image-view");
  const loaded = loadPart(context, model, "decoder", [view, ...strip]);
  // Without its targets the map is a map all the same.
  const sayShare = (): void => {
    if (map.points === null || map.targets.length === 0) return;
    const share = shareNearestOwn(map.points, map.targets);
    required<HTMLElement>(section, "[data-share]").textContent = formatPercent(share);
  };
  const addTargets = async (): Promise<void> => {
    try {
      // Its ellipses would lie over the targets.
      const { circle, targets } = shapesOf(model, await context.document(model, "statistics"));
      Object.assign(map, { circle, targets });
      if (targets.length > 1) begin = startPath(context, section, model, map, targets, show);
      if (view.state === "ready") begin();
      sayShare();
    } catch (error) {
      const place = required<HTMLElement>(section, ".controls");
      sayIn(place, sentence("The targets", error), () => void addTargets());
    }
  };
  await addTargets();
  map.z ??= [0, 0];
  await loaded;
  show(map.z);
  await fillMap(context, map, model);
  sayShare();
}

/** Wires the path from one digit's target to another's; returns what begins to decode its strip. */
function startPath(
  context: PageContext,
  section: HTMLElement,
  model: Model,
  map: LatentMap,
  targets: readonly Point[],
  show: (z: Point) => void,
): () => void {
  const tiles = Array.from(section.querySelectorAll<HTMLElement>(".strip .tile"));
  const views = tiles.map((tile) => required<ImageView>(tile, "image-view"));
  const strip = new Strip(context, views);
  const end = (name: "from" | "to", key: "controlFrom" | "controlTo"): Choice =>
    linkedChoice(context, section, `[name=control-${name}]`, key, (digit) => {
      // Of a path to where it starts, the other end takes the place that has come free.
      if (name === "from") choose(Number(digit), Number(digit) === to ? from : to);
      else choose(Number(digit) === from ? to : from, Number(digit));
    });
  const [fromButtons, toButtons] = [end("from", "controlFrom"), end("to", "controlTo")];
  let from = Number(fromButtons.value);
  let to = Number(toButtons.value);
  if (from === to) {
    to = (from + 1) % targets.length;
    toButtons.value = String(to);
  }
  let begun = false;

  const step = (z: number[], share: number): void => {
    map.z = [z[0] as number, z[1] as number];
    show(map.z);
    mark(share);
    context.update({ controlZ: map.z });
  };
  const figure = new InterpolationFigure(required(section, "play-bar"), step);
  const { bar } = figure;
  const mark = (share: number): void => {
    map.path = { points: [targets[from] as Point, targets[to] as Point], at: share };
    bar.text = formatPoint(figure.at(share), 1);
    const nearest = Math.round(share * (tiles.length - 1));
    for (const [i, tile] of tiles.entries()) tile.classList.toggle("here", i === nearest);
  };
  const lay = (): void => {
    figure.ends = { a: targets[from] as Point, b: targets[to] as Point };
    bar.label = `From the ${from} to the ${to}`;
    const points = figure.points(tiles.length);
    for (const [i, tile] of tiles.entries()) {
      required(tile, "figcaption").textContent = formatPoint(points[i] as number[], 1);
    }
    if (begun) strip.show(model, points, 0);
  };
  const choose = (a: number, b: number): void => {
    [from, to] = [a, b];
    [fromButtons.value, toButtons.value] = [String(a), String(b)];
    figure.rewind();
    lay();
    step(figure.at(0), 0);
    context.update({
      controlFrom: a === Number(fromButtons.first) ? null : a,
      controlTo: b === Number(toButtons.first) ? null : b,
    });
  };
  lay();
  // A link taken on the path opens on the path.
  const here = map.z ?? (targets[from] as Point);
  map.z = here;
  bar.value = shareAt(targets[from] as Point, targets[to] as Point, here) ?? 0;
  mark(bar.value);
  return () => {
    if (begun) return;
    begun = true;
    bar.disabled = false;
    lay();
  };
}
