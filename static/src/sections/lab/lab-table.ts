// The numbers of the models on the bench, side by side, from the manifest and their reports.

import type { PageContext } from "../../app/context";
import { formatNumber, formatPercent } from "../../core/geometry/viewport";
import type { Model } from "../../core/release/manifest";
import type { Report } from "../../core/release/release";

interface Row {
  readonly name: string;
  /** What the manifest knows; undefined: it does not apply. */
  readonly known?: (model: Model) => string | undefined;
  /** What the report adds; undefined: it does not apply. */
  readonly reported?: (report: Report) => string | undefined;
}

const nats = (value: number | undefined): string | undefined =>
  value === undefined ? undefined : formatNumber(value, 2);
const share = (value: number | null | undefined): string | undefined =>
  value == null ? undefined : formatPercent(value);
const count = (value: number): string => value.toLocaleString("en");

const ROWS: readonly Row[] = [
  { name: "latents", known: ({ latent_size }) => String(latent_size) },
  {
    name: "parameters, encoder + decoder",
    known: ({ metrics: { parameters } }) => count(parameters.encoder + parameters.decoder),
  },
  { name: "ELBO, nats ↑", known: ({ metrics }) => nats(metrics.test_elbo) },
  { name: "log-likelihood, nats ↑", known: ({ metrics }) => nats(metrics.log_likelihood) },
  {
    name: "reconstruction term, z sampled, nats ↓",
    known: ({ metrics }) => nats(metrics.reconstruction),
  },
  { name: "KL to the prior, nats", known: ({ metrics }) => nats(metrics.kl) },
  {
    name: "squared error, z = μ ↓",
    known: ({ metrics }) => formatNumber(metrics.squared_error, 1),
  },
  { name: "active latents", reported: ({ active_units }) => active_units?.toString() },
  {
    name: "5-NN accuracy, 100 labels ↑",
    reported: ({ knn }) => share(knn?.["100"]?.mean),
  },
  { name: "5-NN accuracy, all labels ↑", reported: ({ knn }) => share(knn?.all?.mean) },
  { name: "linear probe ↑", reported: ({ linear_probe }) => share(linear_probe) },
  {
    name: "samples of the prior read as a digit ↑",
    reported: ({ samples }) => share(samples?.prior?.confident),
  },
  {
    name: "samples read as their label ↑",
    reported: ({ samples }) => share(samples?.prior?.asked),
  },
  {
    name: "own classifier’s accuracy ↑",
    reported: ({ classifier }) => share(classifier?.accuracy),
  },
];

const NONE = "–";

export class NumbersTable {
  private generation = 0;

  constructor(
    private readonly context: PageContext,
    private readonly table: HTMLTableElement,
  ) {}

  /** Shows the models' numbers: what the manifest has at once, what the reports add when read. */
  async show(models: readonly Model[]): Promise<void> {
    const generation = ++this.generation;
    const head = document.createElement("tr");
    head.append(cell("td", ""), ...models.map((model) => cell("th", model.id, "col")));
    const body = ROWS.map((row) => {
      const line = document.createElement("tr");
      line.append(
        cell("th", row.name, "row"),
        ...models.map((model) => cell("td", row.known ? (row.known(model) ?? NONE) : "…")),
      );
      return line;
    });
    this.table.tHead?.replaceChildren(head);
    this.table.tBodies[0]?.replaceChildren(...body);
    await Promise.all(
      models.map(async (model, column) => {
        const report = await this.context.document(model, "report").catch(() => null);
        if (generation !== this.generation) return;
        for (const [i, { reported }] of ROWS.entries()) {
          const place = body[i]?.cells[column + 1];
          if (reported === undefined || place === undefined) continue;
          place.textContent = report === null ? "not there" : (reported(report) ?? NONE);
        }
      }),
    );
  }
}

function cell(kind: "th" | "td", text: string, scope?: string): HTMLElement {
  const made = document.createElement(kind);
  made.textContent = text;
  if (scope !== undefined) made.setAttribute("scope", scope);
  return made;
}
