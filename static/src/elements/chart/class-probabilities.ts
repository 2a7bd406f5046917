// <class-probabilities>: how probable each class is, a bar and a number a class.
//
// Properties    probabilities  (K,) numbers that add up to 1, or null: empty bars
//               best           index of the most probable class, or null (read only)
// Style         --class-0 … --class-9
import { css, html, type PropertyValues } from "lit";
import { customElement, property } from "lit/decorators.js";
import { formatPercent } from "../../core/geometry/viewport";
import { AtlasElement, DIGITS } from "../atlas-element";
import { base, classColour } from "../shared-styles";

@customElement("class-probabilities")
export class ClassProbabilities extends AtlasElement {
  static override styles = [
    base,
    css`
      :host {
        line-height: 1.25;
      }
      table {
        width: 100%;
        border-collapse: collapse;
      }
      th,
      td {
        padding: 0.12rem 0;
        font-weight: 400;
      }
      th {
        width: 1%;
        padding-inline-end: 0.6rem;
        text-align: start;
        white-space: nowrap;
      }
      td:last-child {
        width: 4.2em;
        text-align: end;
        white-space: nowrap;
      }
      .best :is(th, td) {
        font-weight: 650;
      }
      svg {
        height: 0.8rem;
        border-radius: 2px;
        outline: 1px solid transparent; /* seen in forced colours */
        background: var(--faint, #eee);
      }
    `,
  ];

  @property({ attribute: false }) probabilities: ArrayLike<number> | null = null;
  @property({ attribute: false }) classNames: readonly string[] = DIGITS;
  override label = "Class probabilities";

  get best(): number | null {
    if (this.probabilities === null) return null;
    const values = Array.from(this.probabilities);
    return values.indexOf(Math.max(...values));
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("probabilities")) this.takeData(this.probabilities !== null);
  }

  protected override render() {
    const { best } = this;
    return html`<table>
        <caption class="spoken">${this.label}</caption>
        <tbody>
          ${this.classNames.map((name, label) => {
            const share = this.probabilities?.[label];
            return html`<tr class=${label === best ? "best" : ""}>
              <th scope="row">${name}</th>
              <td aria-hidden="true">
                <svg viewBox="0 0 1 1" preserveAspectRatio="none">
                  <rect width=${share ?? 0} height="1" fill=${classColour(label)}></rect>
                </svg>
              </td>
              <td>${share === undefined ? "–" : formatPercent(share)}</td>
            </tr>`;
          })}
        </tbody>
      </table>
      ${this.renderError()}`;
  }
}
