import { expect, test } from "vitest";
import { decodeStrokes, encodeStrokes, extend, penPoint, type Stroke } from "./strokes";

test("a drawing survives its link exactly", () => {
  const strokes = [[penPoint(0.1, 0.2, 0.5), penPoint(0.33333, 0.98765, 1)], [penPoint(0, 1, 0)]];
  expect(decodeStrokes(encodeStrokes(strokes))).toEqual(strokes);
});

test("text that is no drawing is refused", () => {
  for (const text of ["", "AAAA", "AAAAA.", "AAAA!", "<scri", "AAAAA..AAAAA", "A".repeat(20_005)]) {
    expect(decodeStrokes(text)).toBeNull();
  }
});

test("positions are kept on the pad and a resting pen adds nothing", () => {
  expect(penPoint(-3, 7, 2)).toEqual({ x: 0, y: 1, pressure: 1 });
  const stroke: Stroke = [];
  expect(extend(stroke, penPoint(0.5, 0.5, 1))).toBe(true);
  expect(extend(stroke, penPoint(0.501, 0.5, 1))).toBe(false);
  expect(extend(stroke, penPoint(0.51, 0.5, 1))).toBe(true);
  expect(stroke).toHaveLength(2);
});
