// Colours of classes beyond the release's palette: no two alike, and readable on light and dark.

/** Degrees between one hue and the next: the golden angle keeps near numbers far apart. */
const STEP = 137.508;
const LIGHTNESSES = [40, 52, 64];
const SATURATIONS = [75, 50];

/**
 * Returns the n-th further colour in CSS.
 *
 * The exporter draws the prepared maps in the same ones (export/documents/pictures.py).
 */
export function furtherColour(n: number): string {
  const hue = ((n * STEP) % 360).toFixed(2);
  const saturation = SATURATIONS[Math.floor(n / LIGHTNESSES.length) % SATURATIONS.length];
  return `hsl(${hue}, ${saturation}%, ${LIGHTNESSES[n % LIGHTNESSES.length]}%)`;
}
