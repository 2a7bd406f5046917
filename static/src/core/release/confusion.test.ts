import { expect, it } from "vitest";
import { shade } from "./confusion";

it("shades a cell by its share of the row", () => {
  expect([0, 1, 10, 30, 60, 500].map((count) => shade(count, 1000))).toEqual([0, 1, 2, 3, 4, 5]);
  expect(shade(0, 0)).toBe(0);
});
