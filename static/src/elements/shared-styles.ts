// Rules that the shadow roots of several elements share.
import { css } from "lit";

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

/** What only a screen reader is told. */
export const spoken = css`
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
