// The buttons of section "draw" that put an example on the pad: each is its picture.

import type { Drawing } from "../../core/image/drawing";
import { EXAMPLE_DRAWINGS } from "../../core/image/example-drawings";
import type { Stroke } from "../../core/image/strokes";

const SVG = "http://www.w3.org/2000/svg";

export function offerExamples(section: HTMLElement, drawing: Drawing): void {
  for (const button of section.querySelectorAll<HTMLButtonElement>("[data-example]")) {
    const strokes = EXAMPLE_DRAWINGS[button.dataset.example ?? ""] ?? [];
    button.replaceChildren(pictureOf(strokes));
    button.addEventListener("click", () => drawing.replace(strokes));
  }
}

/** A picture of strokes, which CSS gives its line. */
function pictureOf(strokes: readonly Stroke[]): SVGElement {
  const picture = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  picture.setAttribute("viewBox", "0 0 1 1");
  picture.setAttribute("aria-hidden", "true");
  const lines = strokes.map((stroke) => stroke.map(({ x, y }) => `${x} ${y}`).join("L"));
  path.setAttribute("d", lines.map((line) => `M${line}`).join(""));
  picture.append(path);
  return picture;
}
