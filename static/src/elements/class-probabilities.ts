// <class-probabilities>: how probable each class is, a bar and a number a class.
//
// Attributes    label    what is being read, the table's caption for assistive technology
//               state    empty | loading | ready | error (reflected). Ready once there are
//                        probabilities; the page sets loading and error
//               message  the sentence shown under the bars in state "error"
// Properties    probabilities  (K,) numbers that add up to 1, or null: empty bars
//               classNames     K names
//               best           index of the most probable class, or null (read only)
// Style         --class-0 … --class-9, and the page's colours. It is a table of K rows; the row of
//               the most probable class is set in bold and has a class of its own.
import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property } from "lit/decorators.js";
import { formatPercent } from "../core/geometry/viewport";
import type { ElementState } from "./image-view";

const DIGITS = [..."0123456789"];
/** Classes that have a colour of their own; the next ones begin anew. */
const COLOURS = 10;
const COLOUR_RULES = Array.from(
  { length: COLOURS },
  (_, i) => css`
    .class-${i} {
      --bar: var(--class-${i}, #777);
    }
  `,
);

@customElement("class-probabilities")
export class ClassProbabilities extends LitElement {
  static override styles = [
    ...COLOUR_RULES,
    css`
    :host {
      display: block;
      color: var(--text, #1a1a1a);
      font: 0.875rem / 1.25 var(--font, sans-serif);
      font-variant-numeric: tabular-nums;
    }
    table {
      width: 100%;
      border-collapse: collapse;
    }
    caption {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
      white-space: nowrap;
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
      color: var(--muted, #666);
      white-space: nowrap;
    }
    .best th,
    .best td {
      color: inherit;
      font-weight: 650;
    }
    svg {
      display: block;
      width: 100%;
      height: 0.8rem;
      border-radius: 2px;
      background: var(--faint, #eee);
    }
    rect {
      fill: var(--bar);
    }
    p {
      margin: 0.4rem 0 0;
      color: var(--muted, #666);
    }
    @media (forced-colors: active) {
      svg {
        outline: 1px solid CanvasText;
      }
      rect {
        fill: Highlight;
      }
    }
  `,
  ];

  @property() label = "Class probabilities";
  @property({ reflect: true }) state: ElementState = "empty";
  @property() message = "";
  @property({ attribute: false }) probabilities: ArrayLike<number> | null = null;
  @property({ attribute: false }) classNames: readonly string[] = DIGITS;

  get best(): number | null {
    if (this.probabilities === null) return null;
    const values = Array.from(this.probabilities);
    return values.indexOf(Math.max(...values));
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("probabilities")) return;
    if (this.probabilities !== null) this.state = "ready";
    else if (changed.get("probabilities") != null) this.state = "empty";
  }

  protected override render() {
    const { best } = this;
    return html`<table>
        <caption>${this.label}</caption>
        <tbody>
          ${this.classNames.map((name, label) => {
            const share = this.probabilities?.[label];
            return html`<tr class=${`class-${label % COLOURS}${label === best ? " best" : ""}`}>
              <th scope="row">${name}</th>
              <td aria-hidden="true">
                <svg viewBox="0 0 1 1" preserveAspectRatio="none">
                  <rect width=${share ?? 0} height="1"></rect>
                </svg>
              </td>
              <td>${share === undefined ? "–" : formatPercent(share)}</td>
            </tr>`;
          })}
        </tbody>
      </table>
      ${this.state === "error" ? html`<p role="status">${this.message}</p>` : nothing}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "class-probabilities": ClassProbabilities;
  }
}
