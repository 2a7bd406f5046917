import { expect, test } from "vitest";
import { decodeStrokes, encodeStrokes, extend, partsOnPad, penPoint, type Stroke } from "./strokes";

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

test("a way that leaves the pad is cut at its edge, and begins anew where it comes back", () => {
  const at = (x: number, y: number) => ({ x, y, pressure: 0.5 });
  const [first, last] = [at(0.5, 0.5), at(0.5, 0.9)];
  expect(partsOnPad([first, at(0.7, 0.6), last])).toEqual([[first, at(0.7, 0.6), last]]);
  // Out on the right, down along the pad, and in again.
  expect(partsOnPad([first, at(1.5, 0.5), at(1.5, 0.9), last])).toEqual([
    [first, at(1, 0.5)],
    [at(1, 0.9), last],
  ]);
  // From outside to outside, across it and past it.
  expect(partsOnPad([at(-1, 0.25), at(3, 0.25), at(3, 2)])).toEqual([[at(0, 0.25), at(1, 0.25)]]);
});
