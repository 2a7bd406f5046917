// Section "training": the encoded means of training images, epoch by epoch.

import { formatNumber, formatPercent, type Point } from "../../core/geometry/viewport";
import { Film } from "../../core/points/epochs";
import type { Model } from "../../core/release/manifest";
import type { Curves } from "../../core/release/release";
import "../../elements/play-bar";
import { type PageContext, sentence } from "../../app/context";
import { leaveOut } from "../../app/notice";
import type { ChartLine, LineChart } from "../../elements/chart/line-chart";
import type { ImageView } from "../../elements/image-view";
import type { LatentMap } from "../../elements/map/latent-map";
import type { PlayBar } from "../../elements/play-bar";
import { linkedChoice, showOnly } from "../../figures/choices";
import { keepClasses } from "../../figures/class-isolation";
import {
  decoderInto,
  dressMap,
  dressView,
  keepView,
  loadPart,
  required,
  showError,
} from "../../figures/figure";
import { fillChart } from "../../figures/fill-chart";
import { Camera } from "./training-camera";

/** A position this near to a recorded frame is that frame. */
const ROUNDING = 1e-6;
const TERMS = ["elbo", "reconstruction", "kl"] as const;
/** The film begins once so much of its map is on the screen. */
const SEEN = 0.6;
const wantsStill = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

export async function start(context: PageContext, section: HTMLElement): Promise<void> {
  const map = required<LatentMap>(section, "latent-map");
  const bar = required<PlayBar>(section, "play-bar");
  const chart = required<LineChart>(section, "line-chart");
  const view = required<ImageView>(section, "image-view");
  const { state } = context;
  let film: Film | null = null;
  let curves: Curves | null = null;
  let camera: Camera | null = null;
  /** What nobody asked for is not in the link. */
  let playsByItself = false;
  for (const sign of ["pointerdown", "keydown"] as const) {
    bar.addEventListener(sign, () => {
      playsByItself = false;
    });
  }

  /** Shows a position in frames; between two recorded ones the points are interpolated. */
  const seek = (position: number): void => {
    if (film === null) return;
    const nearest = Math.round(position);
    const exact = Math.abs(position - nearest) < ROUNDING ? nearest : position;
    const { points, statistics } = film.at(exact);
    camera?.follow(film, exact);
    map.statistics = statistics;
    map.points = points;
    const frame = Math.floor(exact);
    const epoch = film.epoch(frame);
    bar.text = `epoch ${epoch} of ${film.epoch(film.length - 1)}`;
    chart.mark = epoch;
    tell(section, film, curves, frame);
    if (!playsByItself) context.update({ trainingFrame: frame === 0 ? null : frame });
  };

  const decode = decoderInto(context, [view], (model) => model.id === map.model);
  const point = (z: Point): void => decode({ model: context.model(map.model), z });

  const show = async (model: Model, frame: number | null): Promise<void> => {
    bar.pause();
    bar.disabled = true;
    film = null;
    dressMap(map, model);
    dressView(view, model);
    camera?.release();
    showOnly(section, "model", model.id);
    map.z = model.prepared.z as unknown as Point;
    const isShown = (): boolean => map.model === model.id;
    void loadPart(context, model, "decoder", [view], isShown).then(
      () => isShown() && point(map.z ?? [0, 0]),
    );
    try {
      const loaded = new Film(await context.trace(model));
      // The points are worth seeing without the numbers.
      const theirs = await context.document(model, "curves").catch(() => null);
      if (!isShown()) return;
      [film, curves] = [loaded, theirs];
    } catch (error) {
      if (isShown()) {
        showError([map], sentence(`The training of ${model.id}`, error), () => {
          if (isShown()) void show(model, frame);
        });
      }
      return;
    }
    // Not every loss is a bound.
    chart.hidden = model.curves === undefined || (curves !== null && linesOf(curves).length === 0);
    if (!chart.hidden) {
      chart.axes = [{ name: "epoch", whole: true }, { name: "ELBO (nats)" }];
      void fillChart(chart, `The curves of ${model.id}`, async () =>
        linesOf(curves ?? (await context.document(model, "curves"))),
      );
    }
    const last = film.length - 1;
    if (frame !== null && frame > last) leaveOut(context, "trainingFrame");
    const first = frame !== null && frame <= last ? frame : 0;
    bar.steps = film.length;
    bar.value = last > 0 ? first / last : 1;
    bar.disabled = false;
    seek(first);
  };

  chart.format = (epoch) => `epoch ${epoch}`;
  bar.addEventListener("value-change", (event) => {
    if (film === null) return;
    const position = event.detail.value * (film.length - 1);
    seek(wantsStill() ? Math.round(position) : position);
  });
  map.addEventListener("latent-change", ({ detail: { z } }) => point(z));
  const choice = linkedChoice(
    context,
    section,
    "select",
    "trainingModel",
    (id) => void show(context.model(id), null),
    { trainingFrame: null, trainingView: null },
  );
  const asked = state.trainingFrame;
  // No choice where the release has one model with a trace.
  const shown = show(context.model(choice.value || map.model), asked);
  keepView(context, map, "trainingView");
  keepClasses(context, section, "trainingOnly");
  camera = new Camera(map);
  await shown;
  if (asked === null) {
    playOnce(map, bar, context.end, () => {
      playsByItself = true;
      bar.play();
    });
  }
}

/** Plays the film when its map comes into view, unless the reader was there first. */
function playOnce(map: LatentMap, bar: PlayBar, end: AbortSignal, play: () => void): void {
  const watch = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      watch.disconnect();
      if (bar.value === 0 && !wantsStill()) play();
    },
    { threshold: SEEN },
  );
  watch.observe(map);
  bar.addEventListener("value-change", () => watch.disconnect(), { once: true });
  end.addEventListener("abort", () => watch.disconnect());
}

/** The ELBO on the images held out, and on those trained on where it is no outlier. */
function linesOf({ epoch, curves }: Curves): ChartLine[] {
  const held = curves.held_out_elbo ?? [];
  const known = held.filter((value) => value !== null);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const trained = (curves.elbo ?? []).map((value) =>
    known.length > 0 && value !== null && value < low - (high - low) ? null : value,
  );
  const lines: ChartLine[] = [
    { name: "held out", x: epoch, y: held, colour: "var(--series-2)" },
    { name: "trained on", x: epoch, y: trained, colour: "var(--muted)", dash: [5, 4] },
  ];
  return lines.filter(({ y }) => y.length > 0);
}

/** Puts a frame's numbers into the table: of the epoch after which it was recorded. */
function tell(section: HTMLElement, film: Film, curves: Curves | null, frame: number): void {
  const put = (name: string, text: string): void => {
    required<HTMLElement>(section, `[data-number=${name}]`).textContent = text;
  };
  const epoch = film.epoch(frame);
  put("epoch", String(epoch));
  put("sorted", formatPercent(film.sorted(frame), 0));
  const at = curves?.epoch.indexOf(epoch) ?? -1;
  for (const term of TERMS) {
    const value = curves?.curves[`held_out_${term}`]?.[at];
    put(term, value == null ? "–" : formatNumber(value, 1));
  }
}
