import { describe, expect, it } from "vitest";
import { alignSeries, keepApart } from "./series";

describe("alignSeries", () => {
  it("sets lines against every x that any of them has", () => {
    const { x, y } = alignSeries([
      { name: "a", x: [1, 2, 4], y: [10, null, 40] },
      { name: "b", x: [2, 3], y: [5, 6] },
    ]);
    expect(x).toEqual([1, 2, 3, 4]);
    expect(y).toEqual([
      [10, null, null, 40],
      [null, 5, 6, null],
    ]);
  });
});

describe("keepApart", () => {
  it("leaves places that are far enough from one another", () => {
    expect(keepApart([30, 10, 50], 10, 0, 100)).toEqual([30, 10, 50]);
  });

  it("moves crowded ones about their middle, in their order", () => {
    expect(keepApart([52, 50], 10, 0, 100)).toEqual([56, 46]);
  });

  it("keeps all within the ends, and pushes on what is in the way", () => {
    const moved = keepApart([1, 2, 14], 10, 0, 100);
    expect(moved).toEqual([0, 10, 20]);
    expect(keepApart([99, 100], 10, 0, 100)).toEqual([90, 100]);
  });
});
