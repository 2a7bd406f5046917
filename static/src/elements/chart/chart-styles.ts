// What a chart looks like.
import { css } from "lit";

export const chartStyles = css`
  :host {
    min-width: 0;
    font-size: 0.8125rem;
    line-height: 1.4;
  }
  .surface {
    position: relative;
  }
  .plot {
    height: var(--chart-height, 18rem);
    /* The canvas keeps its last width; it must not stop the page from becoming narrower. */
    contain: inline-size;
    overflow: hidden;
  }
  .grid {
    color: var(--line, #ccc);
  }
  .u-over {
    touch-action: pan-y;
  }
  .note {
    border: 1px dashed var(--line, #ccc);
    border-radius: var(--radius, 4px);
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 0.2rem 1.25rem;
    min-height: 1.4em;
    margin-top: 0.5rem;
  }
  .at {
    min-width: 6.5em;
  }
  .entry {
    display: inline-flex;
    gap: 0.45em;
    align-items: center;
  }
  .value {
    min-width: 3.2em;
    font-weight: 600;
  }
  .swatch {
    width: 30px;
  }
  .swatch path {
    fill: currentColor;
    stroke: currentColor;
  }
  summary {
    width: fit-content;
    min-height: var(--target, 0);
    padding-block: 0.5rem 0.25rem;
    cursor: pointer;
  }
  .scroll {
    max-height: 20rem;
    overflow: auto;
    border: 1px solid var(--line, #ccc);
  }
  table {
    border-collapse: collapse;
  }
  th,
  td {
    padding: 0.2rem 0.75rem;
    border-bottom: 1px solid var(--line, #ccc);
    text-align: right;
    font-weight: 400;
    white-space: nowrap;
  }
  thead th {
    position: sticky;
    top: 0;
    background: var(--surface, #fff);
  }
`;
