import { describe, expect, it } from "vitest";
import { mostConfused, mutual, shade } from "./confusion";

const confusion = [
  [90, 2, 8],
  [1, 99, 0],
  [5, 4, 91],
];

describe("a confusion matrix", () => {
  it("counts both directions of a pair", () => {
    expect(mutual(confusion, 0, 2)).toBe(13);
    expect(mutual(confusion, 2, 0)).toBe(13);
    expect(mutual(confusion, 0, 7)).toBe(0);
  });

  it("names the pair confused most", () => {
    expect(mostConfused(confusion)).toEqual({ pair: [0, 2], count: 13 });
    expect(mostConfused([[5]])).toBeNull();
  });

  it("shades a cell by its share of the row", () => {
    expect([0, 1, 10, 30, 60, 500].map((count) => shade(count, 1000))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(shade(0, 0)).toBe(0);
  });
});
