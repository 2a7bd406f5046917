import { expect, test } from "vitest";
import { fitDrawing } from "./fit-drawing";

const drawing = Float32Array.from({ length: 784 }, (_, i) => (i % 28) / 27);

test("B21 a drawing fits a model of another size: its gradient stays one", () => {
  const image = fitDrawing(drawing, { height: 14, width: 56 });
  expect(image.length).toBe(14 * 56);
  expect(image[0]).toBeCloseTo(0, 2);
  expect(image[55]).toBeCloseTo(1, 2);
  expect(image[13 * 56 + 28]).toBeCloseTo(0.51, 2);
});

test("the same drawing at the same size is the same object", () => {
  const size = { height: 40, width: 40 };
  expect(fitDrawing(drawing, size)).toBe(fitDrawing(drawing, size));
  expect(fitDrawing(drawing, { height: 28, width: 28 })).toBe(drawing);
});
