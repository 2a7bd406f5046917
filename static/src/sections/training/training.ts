// Section "training": the encoded means of training images, epoch by epoch.

import { formatNumber, formatPercent } from "../../core/geometry/viewport";
import { Film } from "../../core/points/epochs";
import type { Model } from "../../core/release/manifest";
import type { Curves } from "../../core/release/release";
import "../../elements/play-bar";
import { type PageContext, sentence } from "../../app/context";
import { leaveOut } from "../../app/notice";
import type { LatentMap } from "../../elements/map/latent-map";
import type { PlayBar } from "../../elements/play-bar";
import { linkedChoice, showOnly } from "../../figures/choices";
import { keepClasses } from "../../figures/class-isolation";
import { dressMap, keepView, required, showError } from "../../figures/figure";

/** A position this near to a recorded frame is that frame. */
const ROUNDING = 1e-6;
const TERMS = ["elbo", "reconstruction", "kl"] as const;

export async function start(context: PageContext, section: HTMLElement): Promise<void> {
  const map = required<LatentMap>(section, "latent-map");
  const bar = required<PlayBar>(section, "play-bar");
  const { state } = context;
  let film: Film | null = null;
  let curves: Curves | null = null;

  /** Shows a position in frames; between two recorded ones the points are interpolated. */
  const seek = (position: number): void => {
    if (film === null) return;
    const nearest = Math.round(position);
    const exact = Math.abs(position - nearest) < ROUNDING ? nearest : position;
    const { points, statistics } = film.at(exact);
    map.statistics = statistics;
    map.points = points;
    const frame = Math.floor(exact);
    bar.text = `epoch ${film.epoch(frame)} of ${film.epoch(film.length - 1)}`;
    tell(section, film, curves, frame);
    context.update({ trainingFrame: frame === film.length - 1 ? null : frame });
  };

  const show = async (model: Model, frame: number | null): Promise<void> => {
    bar.pause();
    bar.disabled = true;
    film = null;
    dressMap(map, model);
    showOnly(section, "model", model.id);
    try {
      const loaded = new Film(await context.trace(model));
      // The points are worth seeing without the numbers.
      const theirs = await context.document(model, "curves").catch(() => null);
      if (map.model !== model.id) return;
      [film, curves] = [loaded, theirs];
    } catch (error) {
      if (map.model === model.id) {
        showError([map], sentence(`The training of ${model.id}`, error), () => {
          if (map.model === model.id) void show(model, frame);
        });
      }
      return;
    }
    const last = film.length - 1;
    if (frame !== null && frame > last) leaveOut(context, "trainingFrame");
    const first = frame !== null && frame <= last ? frame : last;
    bar.steps = film.length;
    bar.value = last > 0 ? first / last : 1;
    bar.disabled = false;
    seek(first);
  };

  bar.addEventListener("value-change", (event) => {
    if (film === null) return;
    const position = event.detail.value * (film.length - 1);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    seek(still ? Math.round(position) : position);
  });
  const choice = linkedChoice(
    context,
    section,
    "select",
    "trainingModel",
    (id) => void show(context.model(id), null),
    { trainingFrame: null, trainingView: null },
  );
  // No choice where the release has one model with a trace.
  const shown = show(context.model(choice.value || map.model), state.trainingFrame);
  keepView(context, map, "trainingView");
  keepClasses(context, section, "trainingOnly");
  await shown;
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
