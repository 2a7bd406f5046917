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
    box-sizing: border-box;
    aspect-ratio: var(--map-aspect, 1);
    background: var(--surface, #fff);
    border-radius: var(--radius, 4px);
    box-shadow: inset 0 0 0 1px var(--line, #ddd);
    overflow: hidden;
    contain: strict;
  }
  .frame:focus-within:has(.surface:focus-visible) {
    outline: 2px solid var(--accent, #0b57d0);
    outline-offset: 2px;
  }
  .surface {
    position: absolute;
    inset: 0;
    outline: none;
    cursor: crosshair;
    touch-action: none;
    user-select: none;
    -webkit-user-select: none;
    -webkit-touch-callout: none;
  }
  .surface[data-panning] {
    cursor: grabbing;
  }
  .surface > *,
  ::slotted(*) {
    pointer-events: none;
  }

  .picture,
  .points,
  .points canvas,
  .overlay {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
  }
  ::slotted([slot="picture"]) {
    display: block;
    width: 100% !important;
    height: 100% !important;
    margin: 0 !important;
    object-fit: contain;
  }
  .picture {
    transition: opacity 0.12s;
  }
  .picture.replaced {
    opacity: 0;
    visibility: hidden;
    transition:
      opacity 0.12s,
      visibility 0s 0.12s;
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
    stroke-width: 1px;
    shape-rendering: crispEdges;
  }
  .overlay line.zero {
    stroke: var(--mark);
    stroke-opacity: 0.16;
  }
  .overlay text.tick,
  .overlay text.axis {
    fill: var(--muted, #666);
    font-size: 11px;
  }
  .overlay text:is(.axis, .mu) {
    font-style: italic;
  }
  .axis tspan {
    font-style: normal;
  }
  .index {
    font-size: 8px;
  }
  .overlay text.name {
    font-size: 16px;
    font-weight: 650;
    stroke-width: 4px;
  }
  .overlay text.dimmed {
    opacity: 0.35;
  }

  .bitmap,
  .cursor,
  .hold {
    position: absolute;
    inset: 0 auto auto 0;
    transform-origin: 0 0;
  }
  .lattice {
    image-rendering: var(--image-rendering, pixelated);
  }

  /* Lines, on halos that keep them apart from the points. */
  .overlay :is(path, circle, ellipse),
  .ring {
    fill: none;
    stroke: var(--mark);
    stroke-width: 1.5px;
  }
  .overlay .halo {
    stroke: var(--halo);
    stroke-width: 4px;
    stroke-opacity: 0.8;
  }
  .overlay ellipse.halo {
    stroke-width: 3.5px;
  }
  .overlay .density path {
    fill: var(--mark);
    fill-opacity: 0.05;
    stroke-opacity: 0.45;
    stroke-width: 1px;
    vector-effect: non-scaling-stroke;
  }
  .circle {
    stroke-dasharray: 6 4;
  }
  .overlay :is(.sd-2, .posterior .sd-1) {
    stroke-width: 1.25px;
  }
  .sd-2 {
    stroke-dasharray: 3 3;
  }
  .posterior .sd-2 {
    stroke-dasharray: 3 2;
  }
  .ellipse.dimmed {
    opacity: 0.2;
  }
  .overlay :is(.target, .way) {
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
  .overlay text.mu {
    font-size: 13px;
  }

  .cursor {
    width: 0;
    height: 0;
    contain: layout style;
    will-change: transform;
  }
  .cursor svg {
    position: absolute;
    inset: -12px auto auto -12px;
  }
  .ring {
    stroke-width: 1.75px;
  }
  .ring.halo {
    stroke: var(--halo);
    stroke-width: 4.5px;
    stroke-opacity: 0.85;
  }
  .cross {
    stroke: var(--mark);
    stroke-width: 1px;
    shape-rendering: crispEdges;
  }
  /* A box of its own, so that a changing number never lays out anything around it. */
  .label {
    position: absolute;
    inset: 0 auto auto 13px;
    height: 18px;
    contain: strict;
  }
  .label[data-left] {
    inset: 0 13px auto auto;
    text-align: end;
  }
  .coordinates {
    display: inline-block;
    padding: 1px 5px;
    border-radius: 3px;
    background: color-mix(in srgb, var(--halo) 88%, transparent);
    white-space: nowrap;
  }
  .hold {
    background: var(--pin);
    opacity: 0.55;
  }
  .hold.across {
    width: 100%;
    height: 1px;
  }
  .hold.down {
    width: 1px;
    height: 100%;
  }
  .cursor[data-pinned] .ring:not(.halo) {
    fill: var(--pin);
    stroke: var(--pin);
  }
  .cursor[data-pinned] .cross {
    stroke: var(--halo);
  }
  .cursor[data-pinned] .coordinates {
    font-weight: 600;
  }

  .note {
    position: absolute;
    inset: auto 8px 28px;
    width: fit-content;
    box-sizing: border-box;
    margin-inline: auto;
    padding: 5px 10px;
    border-radius: var(--radius, 4px);
    background: var(--surface, #fff);
    box-shadow: 0 0 0 1px var(--line, #ddd);
    color: var(--muted, #666);
    pointer-events: none;
  }
  .note.error {
    color: var(--text, #1a1a1a);
    box-shadow:
      inset 3px 0 var(--accent, #0b57d0),
      0 0 0 1px var(--line, #ddd);
  }
  progress {
    position: absolute;
    inset: 0 0 auto;
    width: 100%;
    height: 2px;
    appearance: none;
    border: 0;
    pointer-events: none;
  }
  progress,
  progress::-webkit-progress-bar {
    background: none;
  }
  progress::-webkit-progress-value {
    background: var(--accent, #0b57d0);
  }
  progress::-moz-progress-bar {
    background: var(--accent, #0b57d0);
  }

  .legend {
    display: flex;
    flex-wrap: wrap;
    margin-block-start: 8px;
  }
  .legend button {
    flex: 1 1 0;
    box-sizing: border-box;
    min-width: 24px;
    height: 36px;
    padding: 0 1px;
    border: 0;
    border-radius: var(--radius, 4px);
    background: none;
    color: inherit;
    font: inherit;
    font-size: 14px;
    cursor: pointer;
    display: flex;
    flex-direction: column;
    align-items: center;
    justify-content: center;
    gap: 4px;
  }
  .legend.words {
    max-height: 156px;
    overflow-y: auto;
  }
  .legend.words button {
    flex: 1 1 auto;
    max-width: 11em;
    padding: 0 6px;
  }
  .legend .text {
    max-width: 100%;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .legend button:focus-visible {
    outline-offset: -2px;
  }
  .legend button.dimmed,
  .legend button[aria-pressed="false"]:not(.class) {
    color: var(--muted, #666);
  }
  .legend button[aria-pressed="true"] {
    font-weight: 650;
  }
  .swatch {
    width: calc(100% - 4px);
    height: 4px;
    border-radius: 2px;
    forced-color-adjust: none;
  }
  .dimmed .swatch {
    opacity: 0.25;
  }
  .legend button:hover .swatch {
    opacity: 1;
    height: 6px;
    margin-block: -1px;
  }

  @media (prefers-reduced-motion: reduce) {
    .picture,
    .picture.replaced {
      transition: none;
    }
  }
  @media (forced-colors: active) {
    :host {
      --halo: Canvas;
      --mark: CanvasText;
      --pin: Highlight;
    }
    .frame {
      border: 1px solid CanvasText;
    }
    .legend button[aria-pressed="true"] {
      outline: 1px solid Highlight;
      outline-offset: -1px;
    }
    .legend button[aria-pressed="true"]:focus-visible {
      outline-width: 3px;
    }
  }
`;
