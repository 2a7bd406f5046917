// Part "rate" of section "numbers": a walk through the maps of one recipe by the weight of its KL.

import { type PageContext, sentence } from "../../app/context";
import { leaveOut } from "../../app/notice";
import { formatNumber } from "../../core/geometry/viewport";
import { Film } from "../../core/points/epochs";
import type { RateDistortion } from "../../core/release/release";
import type { LineChart } from "../../elements/chart/line-chart";
import "../../elements/digit-grid";
import type { DigitGrid } from "../../elements/digit-grid";
import type { LatentMap } from "../../elements/map/latent-map";
import "../../elements/play-bar";
import type { PlayBar } from "../../elements/play-bar";
import { keepView, required, showError } from "../../figures/figure";
import { fillChart } from "../../figures/fill-chart";

const PIXELS = 28 * 28;
/** What the map shows: N(0, I) whole, and the codes that a light KL lets stray. */
const HOME = { centre: [0, 0], scale: 9 } as const;

export async function showRate(context: PageContext, part: HTMLElement): Promise<void> {
  const map = required<LatentMap>(part, "latent-map");
  const bar = required<PlayBar>(part, "play-bar");
  const grid = required<DigitGrid>(part, "digit-grid");
  const chart = required<LineChart>(part, "line-chart");
  const first = Number(part.dataset.first);
  map.home = HOME;
  map.hasNormalPrior = true;
  map.layers = { cursor: false };
  let measured: RateDistortion;
  let film: Film;
  try {
    const [numbers, trace] = await context.rateDistortion();
    [measured, film] = [numbers, new Film(trace)];
  } catch (error) {
    showError([map, grid], sentence("The maps by β", error), () => void showRate(context, part));
    return;
  }
  const { betas, numbers, count } = measured;
  const pixels = Float32Array.from(atob(measured.pixels), (letter) => letter.charCodeAt(0) / 255);

  /** Shows a position in runs; between two of them the points are on straight lines. */
  const seek = (position: number): void => {
    const { points, statistics } = film.at(position);
    map.statistics = statistics;
    map.points = points;
    const nearest = Math.round(position);
    bar.text = `β = ${betas[nearest]}`;
    grid.images = pixels.subarray(nearest * count * PIXELS, (nearest + 1) * count * PIXELS);
    chart.mark = numbers.rate?.[nearest]?.mean ?? null;
    for (const cell of part.querySelectorAll<HTMLElement>("[data-number]")) {
      const value = numbers[cell.dataset.number ?? ""]?.[nearest]?.mean;
      cell.textContent = value === undefined ? "–" : formatNumber(value, 2);
    }
    context.update({ numbersBeta: nearest === first ? null : nearest });
  };

  const last = betas.length - 1;
  const linked = context.state.numbersBeta;
  if (linked !== null && linked > last) leaveOut(context, "numbersBeta");
  const start = linked !== null && linked <= last ? linked : first;
  bar.steps = betas.length;
  bar.value = start / last;
  bar.disabled = false;
  bar.addEventListener("value-change", ({ detail: { value } }) => seek(value * last));
  keepView(context, map, "numbersBetaView");
  await fillChart(chart, "Rate and distortion", async () => {
    const means = (name: string): number[] => (numbers[name] ?? []).map(({ mean }) => mean);
    // From the left to the right the rate grows.
    const [rate, distortion] = [means("rate").reverse(), means("distortion").reverse()];
    const sum = rate.map((own, i) => own + (distortion[i] ?? 0));
    chart.axes = [{ name: "rate (nats)" }, { name: "nats per image" }];
    chart.format = (own) => `β = ${betas[last - rate.indexOf(own)]}`;
    return [
      { name: "distortion", x: rate, y: distortion, colour: "var(--series-2)", marker: "circle" },
      { name: "−ELBO", x: rate, y: sum, colour: "var(--series-1)", marker: "square" },
    ];
  });
  seek(start);
}
