// How <latent-sliders> looks: rows in as many columns as fit, and a track that carries a band.
import { css } from "lit";

export const slidersStyles = css`
  :host {
    line-height: 1.4;
    --thumb: 16px;
  }
  .rows {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr));
    gap: 0 1.75rem;
  }
  /* A hundred of them scroll in a place of their own. */
  .many {
    max-height: min(30rem, 70svh);
    overflow-y: auto;
    overscroll-behavior: contain;
    padding-inline-end: 0.75rem;
    border-block: 1px solid var(--line, #ccc);
  }
  .row {
    display: grid;
    grid-template-columns: 2.2em minmax(4rem, 1fr) 3.4em 4.6em;
    gap: 0.5rem;
    align-items: center;
    min-height: 2.25rem;
  }
  .plain .row {
    grid-template-columns: 2.2em minmax(4rem, 1fr) 3.4em;
  }
  .named .row {
    grid-template-columns: minmax(6em, 8.5em) minmax(4rem, 1fr) 3.4em;
  }
  label {
    font-family: var(--serif, serif);
    font-style: italic;
    font-size: 1.0625em;
  }
  .named label {
    font: inherit;
    line-height: 1.2;
    overflow-wrap: anywhere;
  }
  sub {
    font-style: normal;
    font-size: 0.72em;
    line-height: 0;
  }
  .value,
  .kl {
    text-align: end;
    white-space: nowrap;
  }
  .kl,
  .unused,
  summary,
  .note {
    color: var(--muted, #666);
  }
  .kl {
    font-size: 0.8125rem;
  }
  .unused {
    --thumb-fill: var(--muted, #666);
  }
  .rail {
    position: relative;
    display: grid;
    align-items: center;
    height: 2.25rem;
  }
  .rail::before,
  .rail::after,
  .band {
    content: "";
    position: absolute;
    top: 50%;
    pointer-events: none;
    transform: translateY(-50%);
  }
  .rail::before {
    inset-inline: calc(var(--thumb) / 2);
    height: 2px;
    background: var(--line, #ccc);
  }
  /* The mean, to which a row is reset. */
  .rail::after {
    left: calc(50% - 1px);
    width: 2px;
    height: 10px;
    background: var(--line, #ccc);
  }
  .band {
    z-index: 1;
    left: calc(var(--thumb) / 2 + var(--from) * (100% - var(--thumb)));
    width: max(2px, var(--share) * (100% - var(--thumb)));
    /* Taller than the thumb, which would else hide a narrow one. */
    height: 22px;
    border-radius: 3px;
    background: var(--thumb-fill, var(--accent, #0b57d0));
    opacity: 0.3;
  }
  input {
    position: relative;
    z-index: 2;
    width: 100%;
    height: 2.25rem;
    cursor: pointer;
  }
  input:disabled {
    cursor: default;
    opacity: 0.5;
  }
  :focus-visible {
    border-radius: 3px;
  }
  summary {
    min-height: 2.25rem;
    padding: 0.45rem 0;
    cursor: pointer;
  }
  .tools {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
    margin-top: 0.75rem;
  }
  .note {
    margin: 0;
  }
  @media (forced-colors: active) {
    input {
      appearance: auto;
      accent-color: auto;
    }
    .band {
      background: Highlight;
    }
    .rail::before,
    .rail::after {
      background: CanvasText;
    }
  }
`;
