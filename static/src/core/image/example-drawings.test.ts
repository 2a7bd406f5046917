import { expect, test } from "vitest";
import { EXAMPLE_DRAWINGS } from "./example-drawings";
import { decodeStrokes, encodeStrokes } from "./strokes";

test("the examples lie on the pad and survive a link to them", () => {
  expect(Object.keys(EXAMPLE_DRAWINGS).length).toBeGreaterThanOrEqual(3);
  for (const strokes of Object.values(EXAMPLE_DRAWINGS)) {
    for (const { x, y } of strokes.flat()) {
      expect(Math.min(x, y)).toBeGreaterThan(0.05);
      expect(Math.max(x, y)).toBeLessThan(0.95);
    }
    expect(decodeStrokes(encodeStrokes(strokes))).toEqual(strokes);
  }
});
