import { expect, it } from "vitest";
import { sheetOf } from "./sheet";

it("lays images side by side, row by row", () => {
  const images = Float32Array.from({ length: 4 * 2 * 2 }, (_, i) => i);
  expect([...sheetOf(images, { height: 2, width: 2, channels: 1 }, 2, 2)]).toEqual([
    0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15,
  ]);
});

it("keeps the channels of a pixel together", () => {
  const images = Float32Array.of(1, 2, 3, 4, 5, 6);
  expect([...sheetOf(images, { height: 1, width: 1, channels: 3 }, 2, 1)]).toEqual([...images]);
});
