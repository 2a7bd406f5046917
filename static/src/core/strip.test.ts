import { expect, it } from "vitest";
import { sideBySide } from "./strip";

it("sets images side by side, row by row", () => {
  const images = Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8]);
  const strip = sideBySide(images, { height: 2, width: 2, channels: 1 });
  expect(Array.from(strip)).toEqual([1, 2, 5, 6, 3, 4, 7, 8]);
  const colours = sideBySide(images, { height: 1, width: 2, channels: 2 });
  expect(Array.from(colours)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});
