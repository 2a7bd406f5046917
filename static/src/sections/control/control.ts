// Section "control": a target for every digit, and interpolation between two of them.

import { type PageContext, sentence } from "../../app/context";
import { leaveOut } from "../../app/notice";
import { shareOfWay } from "../../core/geometry/path";
import { formatPercent, formatPoint, type Point } from "../../core/geometry/viewport";
import { shapesOf } from "../../core/points/map-layers";
import { shareNearestOwn } from "../../core/points/nearest";
import type { Model } from "../../core/release/manifest";
import type { ImageView } from "../../elements/image-view";
import type { LatentMap } from "../../elements/map/latent-map";
import type { PlayBar } from "../../elements/play-bar";
import { digitButtons, digitOr } from "../../figures/digits";
import { decoderInto, dressMap, fillMap, keepView, loadPart, required } from "../../figures/figure";
import { InterpolationFigure, stripInto } from "../../figures/interpolation-strips";
import { chooseLayers, layersOnto } from "../../figures/layer-choice";

const DEFAULT_FROM = 2;
const DEFAULT_TO = 7;
/** The targets stand where the names would. */
const LAYERS = ["points", "targets", "path"];

export async function start(context: PageContext, section: HTMLElement): Promise<void> {
  const map = required<LatentMap>(section, "latent-map");
  const view = required<ImageView>(section, "image-view[name=control-decoded]");
  const bar = required<PlayBar>(section, "play-bar");
  const { state } = context;
  const model = context.model(map.model);
  let begin = (): void => {};
  // The strip comes with the first picture, however late: a file that was lost may come again.
  const decode = decoderInto(context, [view], undefined, () => {
    if (view.state === "ready") begin();
  });
  const show = (z: Point): void => decode({ model, z });
  dressMap(map, model);
  keepView(context, map, "controlView");
  chooseLayers(context, section, "controlLayers", LAYERS, layersOnto(map));

  const loaded = loadPart(context, model, "decoder", [view]);
  // Without its targets the map is a map all the same.
  const targets = await context
    .document(model, "statistics")
    .then((statistics) => {
      // Its ellipses would lie over the targets.
      const { circle, targets } = shapesOf(model, statistics);
      Object.assign(map, { circle, targets });
      return targets;
    })
    .catch((error: unknown) => {
      section.querySelector(".interpolation")?.replaceChildren(sentence("The targets", error));
      return [] as Point[];
    });

  map.z = state.controlZ;
  map.pinned = state.controlPinned;
  if (targets.length > 1) begin = startPath(context, section, model, map, targets, show);
  map.addEventListener("latent-change", (event) => {
    bar.pause();
    show(event.detail.z);
    context.update({ controlZ: event.detail.z });
  });
  map.addEventListener("pin-change", (event) => {
    context.update({ controlPinned: event.detail.pinned });
  });
  map.z ??= [0, 0];
  if (await loaded) show(map.z);
  await fillMap(context, map, model);
  if (map.points !== null && targets.length > 0) {
    const share = shareNearestOwn(map.points, targets);
    for (const place of section.querySelectorAll<HTMLElement>("[data-share]")) {
      place.textContent = formatPercent(share);
    }
  }
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
  const strip = stripInto(context, views);
  const { state } = context;
  const last = targets.length - 1;
  const unknown = (["controlFrom", "controlTo"] as const).filter((end) => (state[end] ?? 0) > last);
  if (unknown.length > 0) leaveOut(context, ...unknown);
  let from = digitOr(state.controlFrom, targets.length, Math.min(DEFAULT_FROM, last));
  let to = digitOr(state.controlTo, targets.length, Math.min(DEFAULT_TO, last));
  if (from === to) to = (from + 1) % targets.length;
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
    if (begun) strip(model, points, 0);
  };
  const choose = (a: number, b: number): void => {
    [from, to] = [a, b];
    [fromButtons.value, toButtons.value] = [a, b];
    figure.rewind();
    lay();
    step(figure.at(0), 0);
    context.update({
      controlFrom: from === DEFAULT_FROM ? null : from,
      controlTo: to === DEFAULT_TO ? null : to,
    });
  };
  // Of a path to where it starts, the other end takes the place that has come free.
  const fromButtons = digitButtons(section, "control-from", from, (digit) =>
    choose(digit, digit === to ? from : to),
  );
  const toButtons = digitButtons(section, "control-to", to, (digit) =>
    choose(digit === from ? to : from, digit),
  );
  lay();
  // A link taken on the path opens on the path.
  const here = map.z ?? (targets[from] as Point);
  map.z = here;
  bar.value = shareOfWay(targets[from] as Point, targets[to] as Point, here) ?? 0;
  mark(bar.value);
  return () => {
    if (begun) return;
    begun = true;
    bar.disabled = false;
    lay();
  };
}
