// Part "errors" of section "numbers": squared error over the latent size, a line a kind.

import type { PageContext } from "../../app/context";
import type { StudyRow } from "../../core/release/release";
import type { ChartLine, LineChart } from "../../elements/chart/line-chart";
import { required } from "../../figures/figure";
import { fillChart } from "../../figures/fill-chart";
import { KINDS } from "./numbers-chart";

export async function showErrors(context: PageContext, part: HTMLElement): Promise<void> {
  const chart = required<LineChart>(part, "line-chart");
  await fillChart(chart, "The study", () =>
    context.study().then(({ models }) => {
      const grid = models.filter(({ group }) => group === "grid");
      const sizes = [...new Set(grid.map((row) => row.latent_size))].sort((a, b) => a - b);
      chart.axes = [
        {
          name: "latents (logarithmic)",
          log: true,
          ticks: sizes,
          range: [(sizes[0] ?? 1) / 1.2, (sizes.at(-1) ?? 10) * 1.2],
        },
        { name: "squared error per test image", range: [0, null] },
      ];
      chart.format = (size) => `${size} latents`;
      return linesOf(grid);
    }),
  );
}

function linesOf(grid: readonly StudyRow[]): ChartLine[] {
  return Object.entries(KINDS).flatMap(([kind, { short, colour, marker }]) => {
    const rows = grid
      .filter((row) => row.kind === kind)
      .sort((a, b) => a.latent_size - b.latent_size);
    if (rows.length === 0) return [];
    const x = rows.map((row) => row.latent_size);
    const y = rows.map((row) => row.numbers.squared_error?.mean ?? null);
    return [{ name: short, x, y, colour, marker, end: short }];
  });
}
