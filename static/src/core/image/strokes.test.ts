import { expect, test } from "vitest";
import { decodeStrokes, encodeStrokes, extend, penPoint, type Stroke } from "./strokes";

test("a drawing survives its link exactly", () => {
  const strokes = [[penPoint(0.1, 0.2, 0.5), penPoint(0.33333, 0.98765, 1)], [penPoint(0, 1, 0)]];
  expect(decodeStrokes(encodeStrokes(strokes))).toEqual(strokes);
});

test("a drawing too long for a link is thinned: its strokes keep their ends", () => {
  const scribble = Array.from({ length: 9_001 }, (_, i) => penPoint((i % 90) / 90, i / 9_000, 0.5));
  const dot = [penPoint(0.5, 0.5, 1)];
  const [read, last] = decodeStrokes(encodeStrokes([scribble, dot])) ?? [];
  expect(read?.length).toBe(2_251);
  expect([read?.[0], read?.at(-1), last]).toEqual([scribble[0], scribble.at(-1), dot]);
  const dots = Array<Stroke>(9_000).fill(dot);
  expect(encodeStrokes(dots)).toBe("");
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
