import { expect, test } from "vitest";
import { edgeArrow } from "./edge-arrow";

const size = { width: 400, height: 300 };

test("a mark on the map needs no arrow", () => {
  expect(edgeArrow([200, 150], size)).toBeNull();
  expect(edgeArrow([0, 300], size)).toBeNull();
});

test("beyond an edge an arrow stands at it and points to the mark", () => {
  expect(edgeArrow([1000, 150], size)).toEqual({ at: [388, 150], angle: 0 });
  expect(edgeArrow([200, -80], size)).toEqual({ at: [200, 12], angle: -90 });
  const corner = edgeArrow([-88, 388], size);
  expect(corner?.at).toEqual([12, 288]);
  expect(corner?.angle).toBeCloseTo(135);
});
