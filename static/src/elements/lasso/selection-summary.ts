// What a map says of its selection: how many points, of which classes, and their row numbers as CSV.
import { html, nothing, type TemplateResult } from "lit";
import { countsOf, csvOf } from "../../core/points/selection";
import type { LatentMap } from "../map/latent-map";
import { save } from "./save-file";

/** The line below a map's legend; empty while nothing is selected. */
export function selectionSummary(map: LatentMap): TemplateResult {
  const { points, selection, classNames } = map;
  const isSelected = points !== null && selection.length > 0;
  const saveRows = (): void => {
    if (points === null) return;
    const file = new Blob([csvOf(points, selection, classNames)], { type: "text/csv" });
    save(file, `${map.model || "map"}-selection.csv`);
  };
  return html`<div class="selection">
    <p role="status">${sentence(map)}</p>
    ${
      isSelected
        ? html`<button type="button" @click=${saveRows}>Save row numbers (CSV)</button>
          <button type="button" @click=${() => map.select([])}>Clear</button>`
        : nothing
    }
  </div>`;
}

function sentence({ points, selection, classNames, lassoTool }: LatentMap): string {
  if (lassoTool.isDrawing) return "Drawing a lasso: Enter closes it, Escape gives it up.";
  if (points === null || selection.length === 0) return "";
  const counts = countsOf(points, selection).map(
    ([label, count]) => `${classNames[label] ?? label}: ${count.toLocaleString("en")}`,
  );
  const noun = selection.length === 1 ? "point" : "points";
  return `${selection.length.toLocaleString("en")} ${noun} selected (${counts.join(", ")})`;
}
