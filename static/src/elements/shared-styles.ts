// Rules that the shadow roots of several elements share.
import { css } from "lit";
import { furtherColour } from "../core/points/further-colours";

/** What every element has: the page's type, a focus ring, a message over it, text heard alone. */
export const base = css`
  :host {
    display: block;
    position: relative;
    color: var(--text, #1a1a1a);
    font: 0.875rem / 1.5 var(--font, sans-serif);
    font-variant-numeric: tabular-nums;
  }
  :host([hidden]) {
    display: none;
  }
  * {
    box-sizing: border-box;
    margin: 0;
  }
  svg {
    display: block;
    width: 100%;
    overflow: visible;
  }
  input {
    accent-color: var(--accent, #0b57d0);
  }
  figcaption,
  summary,
  .muted {
    color: var(--muted, #666);
  }
  :focus-visible {
    outline: 2px solid var(--accent, #0b57d0);
    outline-offset: 2px;
  }
  .over {
    position: absolute;
    inset: 0;
    display: grid;
    place-content: center;
    padding: 0.75rem;
    background: color-mix(in srgb, var(--background, #fff) 85%, transparent);
    text-align: center;
  }
  .retry {
    width: fit-content;
    margin-inline: auto;
    pointer-events: auto;
  }
  .spoken {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;

/** Canvases that show images; the outline is seen in forced colours. */
export const pictures = css`
  canvas {
    display: block;
    width: 100%;
    border-radius: var(--radius, 4px);
    outline: 1px solid transparent;
    image-rendering: var(--image-rendering, pixelated);
  }
`;

/** Buttons, as those of the page look, and a row of them. */
export const buttons = css`
  .tools {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
    margin-top: 0.75rem;
  }
  button {
    min-height: 2.25rem;
    padding: 0.3rem 0.9rem;
    border: 1px solid var(--line, #ccc);
    border-radius: var(--radius, 4px);
    background: var(--surface, #fff);
    color: inherit;
    font: 500 0.875rem var(--font, sans-serif);
    cursor: pointer;
  }
  button:disabled {
    color: var(--muted, #666);
    cursor: default;
  }
  @media (pointer: coarse) {
    button {
      min-width: 2.75rem;
      min-height: 2.75rem;
    }
  }
`;

const thumb = css`
  box-sizing: border-box;
  width: var(--thumb);
  height: var(--thumb);
  border: 2px solid var(--surface, #fff);
  border-radius: 50%;
  /* Not quite opaque: where what is opaque moves, Chromium orders all layers of the page anew. */
  background: color-mix(in srgb, var(--thumb-fill, var(--accent, #0b57d0)) 99%, transparent);
  appearance: none;
`;

/** Sliders over a track that the element draws; the thumb is --thumb wide. */
export const bareSliders = css`
  input {
    appearance: none;
    background: none;
  }
  input::-webkit-slider-runnable-track {
    height: var(--thumb);
  }
  input::-moz-range-track {
    height: var(--thumb);
    background: none;
  }
  input::-webkit-slider-thumb {
    ${thumb}
  }
  input::-moz-range-thumb {
    ${thumb}
  }
`;

// For a page that sets no --class-N: ten colours that colour-blind readers can tell apart.
const CLASS_COLOURS =
  "#3f90da #ffa90e #bd1f01 #94a4a2 #832db6 #a96b59 #e76300 #b9ac70 #717581 #92dadd".split(" ");

/** A class's colour in CSS: as the page sets it, else one of its own. */
export function classColour(label: number): string {
  return `var(--class-${label}, ${ownColour(label)})`;
}

/** The colour of a class for which the page sets none, without var(). */
export function ownColour(label: number): string {
  return CLASS_COLOURS[label] ?? furtherColour(label - CLASS_COLOURS.length);
}
