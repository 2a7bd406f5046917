// How <face-photo> looks: a place to drop a picture, then its crop beside what the model sees.
import { css } from "lit";

export const photoStyles = css`
  .box {
    display: flex;
    flex-wrap: wrap;
    gap: 1rem;
    align-items: start;
    min-height: 6rem;
    padding: 1rem;
    border: 1px dashed var(--line, #ccc);
    border-radius: var(--radius, 4px);
    background: var(--surface, #fff);
  }
  .over {
    border-color: var(--accent, #0b57d0);
    outline: 1px solid var(--accent, #0b57d0);
  }
  .crop,
  video {
    flex: none;
    width: min(100%, 16rem);
  }
  canvas,
  video {
    display: block;
    aspect-ratio: 1;
    border-radius: var(--radius, 4px);
    background: #000;
  }
  video {
    object-fit: cover;
  }
  canvas {
    width: 100%;
    cursor: grab;
    touch-action: none;
  }
  canvas:active {
    cursor: grabbing;
  }
  label {
    display: flex;
    gap: 0.6rem;
    align-items: center;
    min-height: 2.25rem;
  }
  input[type="range"] {
    flex: 1;
    min-width: 0;
    height: 1.75rem;
    margin: 0;
    accent-color: var(--accent, #0b57d0);
  }
  figure {
    flex: none;
    width: 8rem;
    margin: 0;
  }
  figcaption {
    margin-top: 0.4rem;
    font-size: 0.8125rem;
    line-height: 1.4;
  }
  .ask {
    flex: 1 1 11rem;
    display: grid;
    gap: 0.5rem;
    min-width: 0;
  }
  p {
    margin: 0;
  }
  .tools {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
  }
  .note {
    min-height: 1.5em;
  }
  label,
  figcaption,
  :host(:not([state="error"])) .note {
    color: var(--muted, #666);
  }
  @media (forced-colors: active) {
    canvas {
      outline: 1px solid CanvasText;
    }
  }
`;
