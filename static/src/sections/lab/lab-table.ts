// The numbers of the models on the bench, side by side, from the manifest and their reports.

import { html, render } from "lit";
import type { PageContext } from "../../app/context";
import { formatNumber, formatPercent } from "../../core/geometry/viewport";
import type { Model } from "../../core/release/manifest";
import type { Report } from "../../core/release/release";

type Row<Source> = readonly [name: string, of: (source: Source) => string | undefined];

const nats = (value: number | undefined): string | undefined =>
  value === undefined ? undefined : formatNumber(value, 2);
const share = (value: number | null | undefined): string | undefined =>
  value == null ? undefined : formatPercent(value);
const count = (value: number): string => value.toLocaleString("en");

/** What the manifest knows; undefined: it does not apply. */
const KNOWN: readonly Row<Model>[] = [
  ["latents", ({ latent_size }) => String(latent_size)],
  [
    "parameters, encoder + decoder",
    ({ metrics: { parameters } }) =>
      parameters && count((parameters.encoder ?? 0) + parameters.decoder),
  ],
  ["ELBO, nats ↑", ({ metrics }) => nats(metrics.test_elbo)],
  ["log-likelihood ≥, nats ↑", ({ metrics }) => nats(metrics.log_likelihood)],
  ["reconstruction term, z sampled, nats ↓", ({ metrics }) => nats(metrics.reconstruction)],
  ["KL to the prior, nats", ({ metrics }) => nats(metrics.kl)],
  [
    "squared error, z = μ ↓",
    ({ metrics: { squared_error: error } }) =>
      error === undefined ? undefined : formatNumber(error, 1),
  ],
];
/** What the report adds. */
const REPORTED: readonly Row<Report>[] = [
  ["active latents", ({ active_units }) => active_units?.toString()],
  ["5-NN accuracy, 100 labels ↑", ({ knn }) => share(knn?.["100"]?.mean)],
  ["5-NN accuracy, all labels ↑", ({ knn }) => share(knn?.all?.mean)],
  ["linear probe ↑", ({ linear_probe }) => share(linear_probe)],
  ["prior’s samples read confidently ↑", ({ samples }) => share(samples?.prior?.confident)],
  ["samples read as their label ↑", ({ samples }) => share(samples?.prior?.asked)],
  ["own classifier’s accuracy ↑", ({ classifier }) => share(classifier?.accuracy)],
];

const NONE = "–";

/** Returns what shows models' numbers: the manifest's at once, the reports' when they are read. */
export function numbersTable(
  context: PageContext,
  table: HTMLTableElement,
): (models: readonly Model[]) => void {
  const { tHead } = table;
  const [body] = table.tBodies;
  let shown: readonly Model[] = [];
  /** Null where a report cannot be had. */
  const reports = new Map<Model, Report | null>();
  const reported = (model: Model, of: Row<Report>[1]): string => {
    if (model.report === undefined) return NONE;
    const report = reports.get(model);
    if (report === undefined) return "…";
    return report === null ? "not there" : (of(report) ?? NONE);
  };
  const row = (name: string, of: (model: Model) => string) => {
    const cells = shown.map((model) => html`<td>${of(model)}</td>`);
    return html`<tr><th scope="row">${name}</th>${cells}</tr>`;
  };
  const draw = (): void => {
    if (tHead === null || body === undefined) return;
    const heads = shown.map(({ id }) => html`<th scope="col">${id}</th>`);
    render(html`<tr><td></td>${heads}</tr>`, tHead);
    // Of models without metrics or without a report there would be nothing but dashes.
    const measured = shown.some(({ metrics }) => Object.keys(metrics).length > 0);
    const known = measured ? KNOWN : KNOWN.slice(0, 1);
    const more = shown.some(({ report }) => report !== undefined) ? REPORTED : [];
    const rows = [
      ...known.map(([name, of]) => row(name, (model) => of(model) ?? NONE)),
      ...more.map(([name, of]) => row(name, (model) => reported(model, of))),
    ];
    render(rows, body);
  };
  return (models) => {
    shown = models;
    draw();
    for (const model of models) {
      if (model.report === undefined) continue;
      void context
        .document(model, "report")
        .catch(() => null)
        .then((report) => {
          reports.set(model, report);
          draw();
        });
    }
  };
}
