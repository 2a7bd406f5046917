// How <reparameterization-diagram> looks.
import { css } from "lit";

export const reparameterizationStyles = css`
  :host {
    display: block;
    color: var(--text, #111);
    font: 0.9375rem / 1.5 var(--font, sans-serif);
    font-variant-numeric: tabular-nums;
  }
  p,
  figure {
    margin: 0;
  }
  .flow {
    display: grid;
    gap: 0.75rem;
    justify-items: center;
  }
  ::slotted(*) {
    width: 9rem;
  }
  .latents {
    display: grid;
    gap: 1.25rem 2rem;
    width: 100%;
    min-height: 17rem;
  }
  .latent {
    width: 100%;
    max-width: 27rem;
    margin-inline: auto;
  }
  .arrow {
    display: grid;
    justify-items: center;
    color: var(--muted, #555);
    font-size: 0.8125rem;
  }
  .arrow::after {
    content: "↓";
    font-size: 1.25rem;
    line-height: 1;
  }
  .given {
    padding-left: 7.6%;
    color: var(--accent, #06c);
    font-weight: 600;
  }
  .given span {
    padding-left: 1.25em;
  }
  .sum {
    padding-left: 7.6%;
  }
  .message {
    align-self: center;
    color: var(--muted, #555);
    text-align: center;
  }
  .plot {
    position: relative;
  }
  svg {
    display: block;
    width: 100%;
    overflow: visible;
  }
  text {
    fill: var(--muted, #555);
    font-size: 11px;
    text-anchor: middle;
  }
  .letter {
    fill: var(--text, #111);
    font-size: 14px;
    font-style: italic;
  }
  .axis {
    stroke: var(--muted, #555);
    stroke-opacity: 0.7;
  }
  .prior {
    fill: var(--faint, #eee);
    stroke: var(--muted, #555);
    stroke-dasharray: 3 2;
  }
  .posterior {
    fill: var(--accent, #06c);
    fill-opacity: 0.14;
    stroke: var(--accent, #06c);
    stroke-width: 1.5;
  }
  .posterior.needle {
    fill-opacity: 1;
    stroke-width: 1;
  }
  .zoom {
    fill: var(--accent, #06c);
    fill-opacity: 0.07;
  }
  line.draw {
    stroke: var(--text, #111);
    stroke-width: 1.5;
  }
  circle.draw {
    fill: var(--text, #111);
  }
  .earlier {
    stroke: var(--accent, #06c);
    stroke-opacity: 0.6;
  }
  /* The slider is the axis of ε: its thumb's middle runs from end to end of the drawn line. */
  input {
    position: absolute;
    top: 51.4%;
    left: calc(7.647% - 10px);
    width: calc(89.412% + 20px);
    height: 28px;
    margin: -14px 0 0;
    appearance: none;
    background: none;
    cursor: ew-resize;
    touch-action: pan-y;
  }
  input::-webkit-slider-runnable-track {
    height: 20px;
    background: none;
  }
  input::-moz-range-track {
    height: 20px;
    background: none;
  }
  input::-webkit-slider-thumb {
    box-sizing: border-box;
    width: 20px;
    height: 20px;
    border: 3px solid var(--surface, #fff);
    border-radius: 50%;
    appearance: none;
    background: var(--text, #111);
    box-shadow: 0 0 0 1px var(--text, #111);
  }
  input::-moz-range-thumb {
    box-sizing: border-box;
    width: 20px;
    height: 20px;
    border: 3px solid var(--surface, #fff);
    border-radius: 50%;
    background: var(--text, #111);
    box-shadow: 0 0 0 1px var(--text, #111);
  }
  :focus-visible {
    outline: 2px solid var(--accent, #06c);
    outline-offset: 2px;
    border-radius: 4px;
  }
  .tools {
    display: flex;
    gap: 0.5rem;
    justify-content: center;
    margin-top: 1rem;
  }
  .graphs {
    display: grid;
    gap: 1.5rem 3rem;
    max-width: 54rem;
    margin: 2rem auto 0;
  }
  .graphs figure {
    width: 100%;
    max-width: 25rem;
    margin-inline: auto;
  }
  figcaption {
    margin-top: 0.25rem;
    color: var(--muted, #555);
    font-size: 0.875rem;
  }
  figcaption b {
    color: var(--text, #111);
    font-weight: 600;
  }
  .box {
    fill: var(--surface, #fff);
    stroke: var(--muted, #555);
  }
  .random {
    stroke-dasharray: 3 2;
  }
  .node {
    fill: var(--text, #111);
    font-size: 13px;
  }
  .forward {
    fill: none;
    stroke: var(--muted, #555);
    stroke-width: 1.25;
  }
  .back {
    fill: none;
    stroke: var(--accent, #06c);
    stroke-dasharray: 5 3;
    stroke-width: 1.5;
  }
  marker path {
    fill: var(--muted, #555);
    stroke: none;
  }
  marker.back path {
    fill: var(--accent, #06c);
  }
  .stop {
    stroke: var(--text, #111);
    stroke-width: 2.5;
  }
  .factor {
    fill: var(--accent, #06c);
    font-size: 12px;
    font-weight: 600;
  }
  .note {
    font-size: 12px;
  }
  @media (min-width: 46rem) {
    .flow {
      grid-template-columns: 9rem auto minmax(0, 1fr) auto 9rem;
      align-items: center;
    }
    .arrow::after {
      content: "→";
    }
    .graphs {
      grid-template-columns: repeat(2, minmax(0, 1fr));
    }
  }
  @media (min-width: 68rem) {
    .latents {
      grid-template-columns: repeat(2, minmax(0, 1fr));
      min-height: 0;
    }
  }
  @media (forced-colors: active) {
    .posterior,
    .prior,
    .axis,
    .forward,
    .back,
    .stop,
    line.draw {
      stroke: CanvasText;
    }
    input::-webkit-slider-thumb {
      background: Highlight;
      forced-color-adjust: none;
    }
    text {
      fill: CanvasText;
    }
  }
`;
