// The colours of a map as numbers, read from what the style sheet makes of them.
import { ownColour } from "../shared-styles";

type Rgb = readonly [number, number, number];

export interface Palette {
  /** (classes · 3,) red, green, blue in 0…1 for each class. */
  readonly classes: Float32Array;
  /** For points of other classes: close to the background, however many overlap. */
  readonly dimmed: Rgb;
}

/** Pixels in a row of colours that are read at once. */
const WIDEST = 256;
/** The share of the text's colour in the colour of dimmed points; the rest is background. */
const DIMMED_INK = 0.22;

/** Reads the colours of so many classes (--class-N), and the frame's own two. */
export function readPalette(frame: HTMLElement, classes: number): Palette {
  const style = getComputedStyle(frame);
  const colours = Array.from(
    { length: classes },
    (_, label) => style.getPropertyValue(`--class-${label}`) || ownColour(label),
  );
  const rgb = toRgb([style.color, style.backgroundColor, ...colours]);
  const mixed = (part: 0 | 1 | 2): number =>
    (rgb[part] as number) * DIMMED_INK + (rgb[3 + part] as number) * (1 - DIMMED_INK);
  return { classes: rgb.subarray(6), dimmed: [mixed(0), mixed(1), mixed(2)] };
}

/** n colours in any notation (oklch, color-mix …) → (n · 3,) red, green, blue in 0…1. */
function toRgb(colours: readonly string[]): Float32Array {
  const rgb = new Float32Array(3 * colours.length);
  const canvas = document.createElement("canvas");
  canvas.width = Math.min(colours.length, WIDEST);
  canvas.height = Math.ceil(colours.length / WIDEST);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) return rgb;
  for (const [i, colour] of colours.entries()) {
    context.fillStyle = colour;
    context.fillRect(i % WIDEST, Math.floor(i / WIDEST), 1, 1);
  }
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  for (let i = 0; i < rgb.length; i++) {
    rgb[i] = (data[4 * Math.floor(i / 3) + (i % 3)] as number) / 255;
  }
  return rgb;
}

/** Calls `changed` when the colour scheme has changed; the function returned stops that. */
export function watchTheme(changed: () => void): () => void {
  const stop = new AbortController();
  for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)"]) {
    matchMedia(query).addEventListener("change", changed, { signal: stop.signal });
  }
  return () => stop.abort();
}
