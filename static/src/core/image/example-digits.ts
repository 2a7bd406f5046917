// Drawings of our own of the ten digits: images whose pixels the page may show.

import { arc, EXAMPLE_DRAWINGS, line } from "./example-drawings";
import type { Stroke } from "./strokes";

/** By digit. */
export const EXAMPLE_DIGITS: readonly (readonly Stroke[])[] = [
  [arc(0.5, 0.5, 0.23, 0.34, -80, 280)],
  [line([0.54, 0.14], [0.46, 0.86])],
  [[...arc(0.48, 0.34, 0.22, 0.2, -165, 40), ...line([0.24, 0.84], [0.78, 0.82])]],
  EXAMPLE_DRAWINGS.three ?? [],
  [line([0.34, 0.16], [0.26, 0.54], [0.74, 0.52]), line([0.66, 0.2], [0.6, 0.88])],
  [[...line([0.72, 0.15], [0.38, 0.16], [0.34, 0.46]), ...arc(0.46, 0.64, 0.23, 0.21, -115, 145)]],
  [[...arc(0.7, 0.52, 0.4, 0.4, -110, -175), ...arc(0.49, 0.68, 0.2, 0.18, -180, 180)]],
  [line([0.24, 0.2], [0.74, 0.18], [0.46, 0.86])],
  [arc(0.52, 0.32, 0.17, 0.17, 90, 450), arc(0.49, 0.68, 0.2, 0.19, -90, 270)],
  [[...arc(0.48, 0.35, 0.19, 0.19, 0, -360), ...line([0.67, 0.36], [0.6, 0.86])]],
];
