// Section "control": a target for every digit, and walks from one digit's target to another's.

import "../../elements/play-bar";
import { type PageContext, sentence } from "../../app/context";
import { leaveOut } from "../../app/notice";
import { along, shareOfWay } from "../../core/geometry/path";
import { formatPercent, formatPoint, type Point } from "../../core/geometry/viewport";
import { shapesOf } from "../../core/points/map-layers";
import { shareNearestOwn } from "../../core/points/nearest";
import type { ImageView } from "../../elements/image-view";
import type { LatentMap } from "../../elements/map/latent-map";
import type { PlayBar } from "../../elements/play-bar";
import { digitButtons, digitOr } from "../../figures/digits";
import { decoderInto, dressMap, fillMap, keepView, loadPart, required } from "../../figures/figure";
import { chooseLayers, layersOnto } from "../../figures/layer-choice";

const DEFAULT_FROM = 2;
const DEFAULT_TO = 7;
/** The targets stand where the names would. */
const LAYERS = ["points", "targets", "path"];

export async function start(context: PageContext, section: HTMLElement): Promise<void> {
  const map = required<LatentMap>(section, "latent-map");
  const view = required<ImageView>(section, "image-view[name=control-decoded]");
  const stations = Array.from(section.querySelectorAll<ImageView>("image-view[name^=station-]"));
  const bar = required<PlayBar>(section, "play-bar");
  const { state } = context;
  const model = context.model(map.model);
  let live: (() => void) | null = null;
  // The walk goes with the first picture, however late: a file that was lost may come again.
  const decode = decoderInto(context, [view], undefined, () => {
    if (view.state !== "ready") return;
    live?.();
    live = null;
  });
  const decodeStations = decoderInto(context, stations);
  dressMap(map, model);
  keepView(context, map, "controlView");
  chooseLayers(context, section, "controlLayers", LAYERS, layersOnto(map));

  const loaded = loadPart(context, model, "decoder", [view, ...stations]);
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
      section.querySelector(".walk")?.replaceChildren(sentence("The targets", error));
      return [] as Point[];
    });

  const show = (z: Point): void => decode({ model, z });
  map.addEventListener("latent-change", (event) => {
    bar.pause();
    show(event.detail.z);
    context.update({ controlZ: event.detail.z });
  });
  map.addEventListener("pin-change", (event) => {
    context.update({ controlPinned: event.detail.pinned });
  });
  map.z = state.controlZ;
  map.pinned = state.controlPinned;
  const walk = targets.length > 1 ? startWalk(context, section, map, targets, show) : null;
  map.z ??= [0, 0];
  live = () => walk?.((z) => decodeStations({ model, z }));
  if (await loaded) show(map.z);
  await fillMap(context, map, model);
  if (map.points !== null && targets.length > 0) {
    const share = shareNearestOwn(map.points, targets);
    for (const place of section.querySelectorAll<HTMLElement>("[data-share]")) {
      place.textContent = formatPercent(share);
    }
  }
}

/**
 * Wires the walk; returns what lets its stations be decoded, from when they can be.
 */
function startWalk(
  context: PageContext,
  section: HTMLElement,
  map: LatentMap,
  targets: readonly Point[],
  show: (z: Point) => void,
): (decode: (z: number[]) => void) => void {
  const bar = required<PlayBar>(section, "play-bar");
  const tiles = Array.from(section.querySelectorAll<HTMLElement>(".strip .tile"));
  const { state } = context;
  const last = targets.length - 1;
  const unknown = (["controlFrom", "controlTo"] as const).filter((end) => (state[end] ?? 0) > last);
  if (unknown.length > 0) leaveOut(context, ...unknown);
  let ends = {
    from: digitOr(state.controlFrom, targets.length, Math.min(DEFAULT_FROM, last)),
    to: digitOr(state.controlTo, targets.length, Math.min(DEFAULT_TO, last)),
  };
  if (ends.from === ends.to) ends = { ...ends, to: (ends.from + 1) % targets.length };
  let decode: (z: number[]) => void = () => {};

  const way = (): Point[] => [targets[ends.from] as Point, targets[ends.to] as Point];
  const place = (at: number): Point => along(way(), at);
  const mark = (at: number): void => {
    map.path = { points: way(), at };
    bar.text = formatPoint(place(at), 1);
    const nearest = Math.round(at * (tiles.length - 1));
    for (const [i, tile] of tiles.entries()) tile.classList.toggle("here", i === nearest);
  };
  const lay = (): void => {
    const places = tiles.map((_, i) => place(i / (tiles.length - 1)));
    for (const [i, tile] of tiles.entries()) {
      const name = formatPoint(places[i] as Point, 1);
      required(tile, "figcaption").textContent = name;
      required<ImageView>(tile, "image-view").label = `Decoded on the way, at z = ${name}`;
    }
    bar.label = `The walk from the ${ends.from} to the ${ends.to}`;
    decode(places.flat());
  };
  const choose = (chosen: Partial<typeof ends>): void => {
    const next = { ...ends, ...chosen };
    // A walk to where it starts is none: the other end takes the place that has come free.
    ends = next.from === next.to ? { from: ends.to, to: ends.from } : next;
    [from.value, to.value] = [ends.from, ends.to];
    bar.pause();
    bar.value = 0;
    lay();
    step(0);
    context.update({
      controlFrom: ends.from === DEFAULT_FROM ? null : ends.from,
      controlTo: ends.to === DEFAULT_TO ? null : ends.to,
    });
  };
  const step = (at: number): void => {
    const z = place(at);
    map.z = z;
    show(z);
    mark(at);
    context.update({ controlZ: [z[0], z[1]] });
  };
  const from = digitButtons(section, "control-from", ends.from, (digit) => choose({ from: digit }));
  const to = digitButtons(section, "control-to", ends.to, (digit) => choose({ to: digit }));
  bar.addEventListener("value-change", (event) => step(event.detail.value));
  // A link taken on the way opens on the way.
  const [a, b] = way() as [Point, Point];
  const here = map.z ?? a;
  map.z = here;
  bar.value = shareOfWay(a, b, here) ?? 0;
  mark(bar.value);
  lay();
  return (decoder) => {
    decode = decoder;
    bar.disabled = false;
    lay();
  };
}
