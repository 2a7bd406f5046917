// The colours of a map as numbers, read from what the style sheet makes of them.
import { MAX_CLASSES } from "./points-renderer";

type Rgb = readonly [number, number, number];

export interface Palette {
  /** (MAX_CLASSES · 3,) red, green, blue in 0…1 for each class. */
  readonly classes: Float32Array;
  /** Points of classes that are not shown: near the background, however many overlap. */
  readonly dimmed: Rgb;
}

/** How much of the text's colour is in what is dimmed; the rest is background. */
const DIMMED_INK = 0.22;

/** Reads the swatches' background colours, by their `data-label`, and the frame's two colours. */
export function readPalette(frame: HTMLElement, swatches: Iterable<HTMLElement>): Palette {
  const classes = new Float32Array(MAX_CLASSES * 3).fill(0.5);
  for (const swatch of swatches) {
    const label = Number(swatch.dataset.label);
    if (label < MAX_CLASSES)
      classes.set(toRgb(getComputedStyle(swatch).backgroundColor), 3 * label);
  }
  const { color, backgroundColor } = getComputedStyle(frame);
  const ground = toRgb(backgroundColor);
  const [r, g, b] = toRgb(color).map(
    (ink, i) => ink * DIMMED_INK + (ground[i] ?? 0) * (1 - DIMMED_INK),
  );
  return { classes, dimmed: [r ?? 0, g ?? 0, b ?? 0] };
}

/** A computed colour → red, green, blue in 0…1. */
function toRgb(colour: string): Rgb {
  const plain = /^rgba?\((\d+), (\d+), (\d+)/.exec(colour);
  const [r, g, b] = plain === null ? paint(colour) : plain.slice(1).map(Number);
  return [(r ?? 0) / 255, (g ?? 0) / 255, (b ?? 0) / 255];
}

/** Any other notation (oklch, color-mix …) → 0…255: the canvas knows them all. */
function paint(colour: string): Uint8ClampedArray | number[] {
  const context = document.createElement("canvas").getContext("2d");
  if (context === null) return [];
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  return context.getImageData(0, 0, 1, 1).data;
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
