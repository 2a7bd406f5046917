// Drawings of our own that the reader can put on the pad: one digit, and things that are none.

import { penPoint, type Stroke } from "./strokes";

const PRESSURE = 0.5;
/** Degrees between two points of a curve. */
const ARC_STEP = 8;

/** Straight lines through places of the pad, 0…1 each, y downwards. */
export function line(...places: readonly (readonly [number, number])[]): Stroke {
  return places.map(([x, y]) => penPoint(x, y, PRESSURE));
}

/** Part of an ellipse; degrees run clockwise from the right. */
export function arc(
  x: number,
  y: number,
  width: number,
  height: number,
  from: number,
  to: number,
): Stroke {
  const count = Math.max(2, Math.ceil(Math.abs(to - from) / ARC_STEP) + 1);
  return Array.from({ length: count }, (_, i) => {
    const angle = ((from + ((to - from) * i) / (count - 1)) * Math.PI) / 180;
    return penPoint(x + width * Math.cos(angle), y + height * Math.sin(angle), PRESSURE);
  });
}

/** The five corners of a star, each joined to the next but one. */
const STAR = Array.from({ length: 6 }, (_, i) => {
  const angle = ((-90 + 144 * i) * Math.PI) / 180;
  return [0.5 + 0.38 * Math.cos(angle), 0.53 + 0.38 * Math.sin(angle)] as const;
});

export const EXAMPLE_DRAWINGS: Readonly<Record<string, readonly Stroke[]>> = {
  three: [[...arc(0.48, 0.31, 0.2, 0.17, -155, 90), ...arc(0.48, 0.68, 0.24, 0.2, -90, 150)]],
  letter: [line([0.2, 0.86], [0.5, 0.12], [0.8, 0.86]), line([0.31, 0.6], [0.69, 0.6])],
  face: [
    arc(0.5, 0.5, 0.38, 0.38, -90, 270),
    arc(0.36, 0.4, 0.03, 0.03, 0, 360),
    arc(0.64, 0.4, 0.03, 0.03, 0, 360),
    arc(0.5, 0.52, 0.2, 0.16, 20, 160),
  ],
  star: [line(...STAR)],
};
