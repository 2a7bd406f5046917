// Rules that the shadow roots of several elements share.
import { css } from "lit";

/** What every element has: the page's type, a focus ring, and text for screen readers alone. */
export const base = css`
  :host {
    display: block;
    color: var(--text, #1a1a1a);
    font: 0.875rem / 1.5 var(--font, sans-serif);
    font-variant-numeric: tabular-nums;
  }
  :host([hidden]) {
    display: none;
  }
  :focus-visible {
    outline: 2px solid var(--accent, #0b57d0);
    outline-offset: 2px;
  }
  .spoken {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;

/** Buttons, as those of the page look. */
export const buttons = css`
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
`;

const thumb = css`
  box-sizing: border-box;
  width: var(--thumb);
  height: var(--thumb);
  border: var(--thumb-edge, 2px) solid var(--surface, #fff);
  border-radius: 50%;
  background: var(--thumb-fill, var(--accent, #0b57d0));
  box-shadow: var(--thumb-ring, none);
  appearance: none;
`;

/** Sliders over a track that the element draws; the thumb is --thumb wide. */
export const bareSliders = css`
  input {
    margin: 0;
    appearance: none;
    background: none;
    /* Across, a finger moves the slider; up and down it scrolls the page. */
    touch-action: pan-y;
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

/** A class's colour in CSS; more classes than colours take the same ones again. */
export function classColour(label: number): string {
  const n = label % CLASS_COLOURS.length;
  return `var(--class-${n}, ${CLASS_COLOURS[n]})`;
}
