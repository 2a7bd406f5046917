// The colours of a map as numbers, read from what the style sheet makes of them.
import { MAX_CLASSES } from "./points-renderer";

type Rgb = readonly [number, number, number];

export interface Palette {
  /** (MAX_CLASSES · 3,) red, green, blue in 0…1 for each class. */
  readonly classes: Float32Array;
  /** For points of other classes: close to the background, however many overlap. */
  readonly dimmed: Rgb;
}

/** The share of the text's colour in the colour of dimmed points; the rest is background. */
const DIMMED_INK = 0.22;

/** Reads the swatches' background colours, by their `data-label`, and the frame's two colours. */
export function readPalette(frame: HTMLElement, swatches: Iterable<HTMLElement>): Palette {
  const classes = new Float32Array(MAX_CLASSES * 3).fill(0.5);
  for (const swatch of swatches) {
    classes.set(toRgb(getComputedStyle(swatch).backgroundColor), 3 * Number(swatch.dataset.label));
  }
  const { color, backgroundColor } = getComputedStyle(frame);
  const [ink, ground] = [toRgb(color), toRgb(backgroundColor)];
  const mixed = (part: 0 | 1 | 2): number =>
    ink[part] * DIMMED_INK + ground[part] * (1 - DIMMED_INK);
  return { classes, dimmed: [mixed(0), mixed(1), mixed(2)] };
}

/** A computed colour in any notation (oklch, color-mix …) → red, green, blue in 0…1. */
function toRgb(colour: string): Rgb {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) return [0, 0, 0];
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [r = 0, g = 0, b = 0] = context.getImageData(0, 0, 1, 1).data;
  return [r / 255, g / 255, b / 255];
}

/** Calls `changed` when the colour scheme may have changed; the function returned stops that. */
export function watchTheme(changed: () => void): () => void {
  const queries = [
    matchMedia("(prefers-color-scheme: dark)"),
    matchMedia("(forced-colors: active)"),
  ];
  for (const query of queries) query.addEventListener("change", changed);
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, {
    attributeFilter: ["class", "style", "data-theme", "data-scheme"],
  });
  return () => {
    for (const query of queries) query.removeEventListener("change", changed);
    observer.disconnect();
  };
}
