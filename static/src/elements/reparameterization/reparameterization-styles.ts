// How <reparameterization-diagram> looks.
import { css } from "lit";

export const reparameterizationStyles = css`
  :host {
    font-size: 0.9375rem;
    --thumb: 20px;
    --thumb-edge: 3px;
    --thumb-fill: var(--text, #1a1a1a);
    --thumb-ring: 0 0 0 1px var(--text, #1a1a1a);
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
  .arrow,
  .message,
  figcaption {
    color: var(--muted, #666);
  }
  .arrow {
    display: grid;
    justify-items: center;
    font-size: 0.8125rem;
  }
  .arrow::after {
    content: "↓";
    font-size: 1.25rem;
    line-height: 1;
  }
  .given,
  .sum {
    padding-left: 7.6%;
  }
  .given {
    color: var(--accent, #0b57d0);
    font-weight: 600;
  }
  .given span {
    padding-left: 1.25em;
  }
  .message {
    align-self: center;
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
    fill: var(--muted, #666);
    font-size: 11px;
    text-anchor: middle;
  }
  .letter {
    fill: var(--text, #1a1a1a);
    font-size: 14px;
    font-style: italic;
  }
  .axis {
    stroke: var(--muted, #666);
    stroke-opacity: 0.7;
  }
  .prior {
    fill: var(--faint, #eee);
    stroke: var(--muted, #666);
    stroke-dasharray: 3 2;
  }
  .posterior {
    fill: var(--accent, #0b57d0);
    fill-opacity: 0.14;
    stroke: var(--accent, #0b57d0);
    stroke-width: 1.5;
  }
  .posterior.needle {
    fill-opacity: 1;
    stroke-width: 1;
  }
  .zoom {
    fill: var(--accent, #0b57d0);
    fill-opacity: 0.07;
  }
  line.draw {
    stroke: var(--text, #1a1a1a);
    stroke-width: 1.5;
  }
  circle.draw {
    fill: var(--text, #1a1a1a);
  }
  .earlier {
    stroke: var(--accent, #0b57d0);
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
    cursor: ew-resize;
  }
  :focus-visible {
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
    font-size: 0.875rem;
  }
  figcaption b {
    color: var(--text, #1a1a1a);
    font-weight: 600;
  }
  .box {
    fill: var(--surface, #fff);
    stroke: var(--muted, #666);
  }
  .random {
    stroke-dasharray: 3 2;
  }
  .node {
    fill: var(--text, #1a1a1a);
    font-size: 13px;
  }
  .forward {
    fill: none;
    stroke: var(--muted, #666);
    stroke-width: 1.25;
  }
  .back {
    fill: none;
    stroke: var(--accent, #0b57d0);
    stroke-dasharray: 5 3;
    stroke-width: 1.5;
  }
  marker path {
    fill: var(--muted, #666);
    stroke: none;
  }
  marker.back path {
    fill: var(--accent, #0b57d0);
  }
  .stop {
    stroke: var(--text, #1a1a1a);
    stroke-width: 2.5;
  }
  .factor {
    fill: var(--accent, #0b57d0);
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
