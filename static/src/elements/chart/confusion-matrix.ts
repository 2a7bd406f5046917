// <confusion-matrix>: which class was taken for which, as a table with shaded cells.
//
// Properties    confusion   K rows of K counts, or null; rows are the true class
//               marked      [a, b] or null: two classes whose two cells are outlined
//
// Cells off the diagonal are shaded by their share of the row (core/confusion), those on it plain.
import { css, html, nothing, type PropertyValues } from "lit";
import { customElement, property } from "lit/decorators.js";
import { type Confusion, shade } from "../../core/release/confusion";
import { AtlasElement, DIGITS } from "../atlas-element";
import { base } from "../shared-styles";

/** How much of the accent's colour (%) is in a cell off the diagonal, by its level of shade. */
const INK = [5, 5, 14, 26, 40, 100];

@customElement("confusion-matrix")
export class ConfusionMatrix extends AtlasElement {
  static override styles = [
    base,
    css`
    :host {
      font-size: 0.75rem;
      line-height: 1;
    }
    table {
      width: 100%;
      border-collapse: separate;
      border-spacing: 1px;
      table-layout: fixed;
    }
    caption {
      padding-bottom: 0.6rem;
      color: var(--muted, #666);
      font-size: 0.875rem;
      line-height: 1.5;
      text-align: start;
    }
    th,
    td {
      height: 2rem;
      padding: 0;
      border-radius: 2px;
      outline: 1px solid transparent; /* seen in forced colours */
      text-align: center;
    }
    th,
    .none {
      color: var(--muted, #666);
    }
    .diagonal {
      background: var(--faint, #eee);
    }
    [class^="error"] {
      background: color-mix(in srgb, var(--accent, #0b57d0) var(--ink), var(--surface, #fff));
    }
    .error-5 {
      color: var(--surface, #fff);
      font-weight: 650;
    }
    .marked {
      outline: 2px solid var(--text, #1a1a1a);
      outline-offset: -1px;
    }
  `,
  ];

  @property({ attribute: false }) confusion: Confusion | null = null;
  @property({ attribute: false }) classNames: readonly string[] = DIGITS;
  @property({ attribute: false }) marked: readonly [number, number] | null = null;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("confusion")) this.takeData(this.confusion !== null);
  }

  protected override render() {
    return html`<table>
      <caption>${this.label}</caption>
      <thead>
        <tr>
          <td></td>
          ${this.classNames.map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${this.classNames.map((name, row) => this.#row(name, row))}
      </tbody>
    </table>
    ${this.renderError()}`;
  }

  #row(name: string, row: number) {
    const counts = this.confusion?.[row] ?? [];
    const total = counts.reduce((sum, count) => sum + count, 0);
    return html`<tr>
      <th scope="row">${name}</th>
      ${this.classNames.map((_, column) => {
        const count = counts[column];
        if (row === column) return html`<td class="diagonal">${count ?? nothing}</td>`;
        const level = shade(count ?? 0, total);
        const marked = this.marked?.includes(row) && this.marked.includes(column);
        const classes = `error-${level} ${marked ? "marked" : ""} ${count === 0 ? "none" : ""}`;
        return html`<td class=${classes} .style=${`--ink: ${INK[level]}%`}>${count ?? nothing}</td>`;
      })}
    </tr>`;
  }
}
