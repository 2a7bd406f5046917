// How a map looks: the style sheet of <latent-map>'s shadow root.
import { css } from "lit";

export const mapStyles = css`
  :host {
    font-size: 12px;
    line-height: 1.3;
    --halo: var(--surface, #fff);
    --mark: var(--text, #1a1a1a);
    --pin: var(--accent, #0b57d0);
  }
  .frame {
    position: relative;
    aspect-ratio: var(--map-aspect, 1);
    background: var(--surface, #fff);
    border-radius: var(--radius, 4px);
    box-shadow: inset 0 0 0 1px var(--line, #ddd);
    outline: 1px solid transparent; /* seen in forced colours */
    overflow: hidden;
    contain: strict;
  }
  /* On paper nothing is drawn anew: points, axes and numerals keep their size, and scale together. */
  @media print {
    .frame {
      width: var(--printed-width, auto);
      height: var(--printed-height, auto);
      zoom: var(--printed-zoom, 1);
      break-inside: avoid;
    }
  }
  .frame:has(.surface:focus-visible) {
    outline: 2px solid var(--accent, #0b57d0);
    outline-offset: 2px;
  }
  .surface {
    outline: none;
    cursor: crosshair;
    touch-action: none;
    user-select: none;
    -webkit-user-select: none;
  }
  .surface[data-panning] {
    cursor: grabbing;
  }
  .surface > *,
  ::slotted(*) {
    pointer-events: none;
  }
  .surface,
  .picture,
  .points,
  .points canvas,
  .selected,
  .overlay {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
  }
  .overlay,
  .density {
    overflow: hidden;
  }
  ::slotted(img) {
    display: block;
    width: 100%;
    height: 100%;
    object-fit: contain;
  }
  .picture.replaced {
    visibility: hidden;
  }
  .off,
  [hidden] {
    display: none;
  }

  .overlay text {
    fill: var(--mark);
    stroke: var(--halo);
    stroke-width: 3px;
    stroke-linejoin: round;
    paint-order: stroke;
  }
  .overlay line {
    stroke: var(--faint, #999);
    shape-rendering: crispEdges;
  }
  .overlay line.zero {
    stroke: var(--mark);
    stroke-opacity: 0.16;
  }
  .overlay text.tick {
    fill: var(--muted, #666);
  }
  .overlay text.axis {
    font-size: 15px;
  }
  .overlay text:is(.axis, .mu) {
    font-style: italic;
  }
  .overlay .name {
    font-size: 16px;
    font-weight: 650;
    stroke-width: 4px;
  }
  .overlay .dimmed {
    opacity: 0.3;
  }

  .bitmap {
    position: absolute;
    inset: 0 auto auto 0;
    transform-origin: 0 0;
  }
  .lattice {
    image-rendering: var(--image-rendering, pixelated);
  }
  /* Points and contours lie over the decoded digits, which are still read. */
  .lattice:not([hidden]) ~ .points {
    opacity: 0.5;
  }
  .lattice:not([hidden]) ~ .overlay .density path {
    stroke: #fff;
    stroke-opacity: 0.8;
  }

  /* Lines, on halos that keep them apart from the points. */
  .overlay :is(path, circle, ellipse) {
    fill: none;
    stroke: var(--mark);
    stroke-width: 1.5px;
  }
  .overlay .halo {
    stroke: var(--halo);
    stroke-width: 4px;
    stroke-opacity: 0.8;
  }
  .overlay .density path {
    fill: var(--mark);
    fill-opacity: 0.05;
    stroke-opacity: 0.45;
    vector-effect: non-scaling-stroke;
  }
  .selected {
    color: var(--mark);
  }
  .overlay .lasso {
    fill: var(--mark);
    fill-opacity: 0.06;
    stroke-dasharray: 5 3;
  }
  .circle {
    stroke-dasharray: 6 4;
  }
  .overlay .unit {
    stroke: var(--faint, #999);
    stroke-width: 1px;
  }
  .overlay :is(path, ellipse).prior {
    stroke: var(--pin);
    stroke-dasharray: 1 3;
    stroke-linecap: round;
  }
  .sd-2 {
    stroke-dasharray: 3 3;
  }
  .overlay :is(.target, .path) {
    stroke-width: 2px;
  }
  .heat {
    color: var(--pin);
  }
  .overlay .best {
    stroke: var(--pin);
    stroke-width: 2px;
  }
  .overlay .end circle {
    fill: var(--halo);
  }
  .overlay .end text {
    font-weight: 650;
    stroke: none;
  }
  .overlay circle:is(.marker, .mu) {
    fill: var(--pin);
    stroke: var(--halo);
  }
  .overlay circle.mu {
    fill: var(--mark);
  }

  .marks {
    position: absolute;
    inset: 0;
    isolation: isolate; /* painted apart, so that no layer changes with it (map-cursor.ts) */
  }
  .cursor {
    position: absolute;
    width: 0;
    height: 0;
  }
  .cursor svg {
    position: absolute;
    width: 24px;
    inset: -12px auto auto -12px;
  }
  /* A cross in a ring. Not positioned: beside the label it would have a layer, too. */
  .ring {
    --lit: color-mix(in srgb, var(--halo) var(--halo-share, 80%), transparent);
    box-sizing: border-box;
    width: 15.5px;
    height: 15.5px;
    margin: -7.75px;
    border: 1.5px solid var(--mark);
    border-radius: 50%;
    background:
      linear-gradient(var(--mark), var(--mark)) 50% / 7px 1px no-repeat,
      linear-gradient(var(--mark), var(--mark)) 50% / 1px 7px no-repeat;
    box-shadow:
      0 0 0 1.25px var(--lit),
      inset 0 0 0 1.25px var(--lit);
    forced-color-adjust: none;
  }
  .label {
    position: absolute;
    height: 18px;
  }
  .label[data-left] {
    text-align: end;
  }
  .coordinates {
    display: inline-block;
    padding: 1px 5px;
    border-radius: 3px;
    background: color-mix(in srgb, var(--halo) 88%, transparent);
    white-space: nowrap;
  }
  .cursor[data-pinned] .ring {
    border-color: var(--pin);
    background-color: var(--pin);
  }
  /* A mark beyond the edge is an arrow at it. */
  :is(.overlay, .cursor) .edge {
    fill: var(--mark);
    stroke: var(--halo);
    paint-order: stroke;
  }
  .cursor .edge {
    fill: var(--pin);
  }
  .cursor:not([data-away]) svg,
  .cursor[data-away] .ring {
    display: none;
  }

  .note {
    position: absolute;
    inset: auto 8px 28px;
    width: fit-content;
    margin-inline: auto;
    padding: 5px 10px;
    border: 1px solid var(--line, #ddd);
    border-radius: var(--radius, 4px);
    background: var(--surface, #fff);
    pointer-events: none;
  }

  .selection {
    display: flex;
    flex-wrap: wrap;
    gap: 6px 8px;
    align-items: center;
    font-size: 14px;
  }
  .selection p:not(:empty) {
    flex: 1 1 100%;
    margin-block-start: 8px;
  }

  .legend {
    display: flex;
    flex-wrap: wrap;
    max-height: 156px;
    margin-block-start: 8px;
    overflow-y: auto;
  }
  class-search {
    margin-block-start: 8px;
  }
  .legend.alone {
    height: 36px;
  }
  .legend button {
    flex: 1 1 auto;
    display: grid;
    gap: 4px;
    align-content: center;
    min-width: 24px;
    max-width: 11em;
    height: 36px;
    padding: 0 3px;
    border: 0;
    background: none;
    color: inherit;
    font: inherit;
    font-size: 14px;
    cursor: pointer;
  }
  .legend .text {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .legend button:focus-visible {
    outline-offset: -2px;
  }
  .legend button.dimmed {
    color: var(--muted, #666);
  }
  .legend button[aria-pressed="true"] {
    font-weight: 650;
  }
  .swatch {
    height: 4px;
    margin-inline: 2px;
    border-radius: 2px;
    /* Some colours alone are hardly seen on white. */
    outline: 1px solid color-mix(in srgb, currentColor 55%, transparent);
    forced-color-adjust: none;
  }
  .legend button:last-child .swatch {
    outline: none;
  }
  .dimmed .swatch {
    opacity: 0.25;
  }

  @media (pointer: coarse) {
    .legend button,
    .legend.alone {
      height: 44px;
    }
  }
  @media (prefers-contrast: more) {
    .overlay .halo {
      stroke-opacity: 1;
    }
    .ring {
      --halo-share: 100%;
    }
    .overlay line.zero {
      stroke-opacity: 0.6;
    }
    .overlay .dimmed {
      opacity: 0.6;
    }
  }
  @media (forced-colors: active) {
    :host {
      --halo: Canvas;
      --mark: CanvasText;
      --pin: Highlight;
    }
    .legend button[aria-pressed="true"]:not(:focus-visible) {
      outline: 1px solid Highlight;
      outline-offset: -1px;
    }
  }
`;
