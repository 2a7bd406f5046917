import { describe, expect, it } from "vitest";
import {
  boundsOfView,
  clampView,
  commonView,
  coordinateDecimals,
  fitBounds,
  formatNumber,
  formatPercent,
  formatPoint,
  isView,
  limitsOf,
  reveal,
  roundStep,
  ticks,
  toData,
  toPixel,
  type View,
  zoomAbout,
} from "./viewport";

const view: View = { centre: [1, -2], scale: 8 };
const square = { width: 400, height: 400 };
const wide = { width: 800, height: 400 };

describe("the transform", () => {
  it("puts the centre in the middle, and data y upwards", () => {
    expect(toPixel(view, square, [1, -2])).toEqual([200, 200]);
    expect(toPixel(view, square, [5, 2])).toEqual([400, 0]);
  });

  it("measures the scale along the shorter side", () => {
    expect(toPixel(view, wide, [1, 2])).toEqual([400, 0]);
    expect(boundsOfView(view, wide)).toEqual({ min: [-7, -6], max: [9, 2] });
  });

  it("is undone by its inverse", () => {
    const [x, y] = toData(view, wide, toPixel(view, wide, [0.123, -4.56]));
    expect(x).toBeCloseTo(0.123, 12);
    expect(y).toBeCloseTo(-4.56, 12);
  });

  it("survives a map that has no size yet", () => {
    expect(toData(view, { width: 0, height: 0 }, [0, 0]).every(Number.isFinite)).toBe(true);
  });
});

describe("moving the view", () => {
  it("zooms about a point that stays where it was", () => {
    const about = [2.5, 0.5] as const;
    const closer = zoomAbout(view, about, 3);
    expect(closer.scale).toBeCloseTo(8 / 3);
    const [before, after] = [toPixel(view, square, about), toPixel(closer, square, about)];
    expect(after[0]).toBeCloseTo(before[0]);
    expect(after[1]).toBeCloseTo(before[1]);
  });

  it("reveals a point outside and leaves a visible one alone", () => {
    expect(reveal(view, square, [1, -2], 20)).toEqual(view);
    const moved = reveal(view, square, [9, -2], 20);
    expect(toPixel(moved, square, [9, -2])[0]).toBeCloseTo(380);
    expect(moved.centre[1]).toBe(-2);
  });

  it("keeps the centre near the data and the zoom within its ends", () => {
    const limits = limitsOf(view, { min: [-10, -3], max: [3, 3] });
    expect(clampView({ centre: [-99, 99], scale: 1e9 }, limits)).toEqual({
      centre: [-10, 3],
      scale: 24,
    });
    expect(clampView({ centre: [1, -2], scale: 0 }, limits).scale).toBe(8 / 256);
    expect(clampView(view, limits)).toEqual(view);
  });

  it("fits bounds with a margin, even those of one point", () => {
    const fitted = fitBounds({ min: [-1, 0], max: [3, 2] }, 0.25);
    expect(fitted).toEqual({ centre: [1, 1], scale: 6 });
    expect(fitBounds({ min: [2, 2], max: [2, 2] }).scale).toBe(1);
  });

  it("knows a view from something else", () => {
    expect(isView(view)).toBe(true);
    expect(isView({ centre: [0, Number.NaN], scale: 1 })).toBe(false);
    expect(isView({ centre: [0, 0], scale: -1 })).toBe(false);
    expect(isView(null)).toBe(false);
  });
});

describe("ticks", () => {
  it("are round and lie within the range", () => {
    expect(ticks(-4.1, 4.1, 5)).toEqual({ values: [-4, -2, 0, 2, 4], decimals: 0 });
    const fine = ticks(0.101, 0.149, 5);
    expect(fine.decimals).toBe(2);
    expect(fine.values.map((v) => v.toFixed(2))).toEqual(["0.11", "0.12", "0.13", "0.14"]);
  });

  it("stay few at any zoom", () => {
    for (let span = 1e-4; span < 1e4; span *= 1.7) {
      const count = ticks(0.3, 0.3 + span, 6).values.length;
      expect(count).toBeGreaterThanOrEqual(2);
      expect(count).toBeLessThanOrEqual(7);
    }
  });

  it("of an empty range are none", () => {
    expect(ticks(1, 1, 5).values).toEqual([]);
  });
});

describe("numbers", () => {
  it("carry a true minus and no negative zero", () => {
    expect(formatNumber(-1.366, 2)).toBe("−1.37");
    expect(formatNumber(-0.001, 2)).toBe("0.00");
    expect(formatPercent(0.12345)).toBe("12.3 %");
    expect(formatPoint([0.42, -1.37], 2)).toBe("(0.42, −1.37)");
  });

  it("are a dash where there is none", () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, null as unknown as number]) {
      expect(formatNumber(value, 2)).toBe("–");
      expect(formatPercent(value)).toBe("–");
      expect(formatPoint([1, value], 1)).toBe("(1.0, –)");
    }
  });

  it("gain decimals with the zoom", () => {
    expect(coordinateDecimals(view, square)).toBe(2);
    expect(coordinateDecimals({ centre: [0, 0], scale: 0.1 }, square)).toBe(4);
  });
});

it("a common view shows both", () => {
  const one: View = { centre: [0, 0], scale: 2 };
  expect(commonView(one, { centre: [2, 0.5], scale: 1 })).toEqual({
    centre: [0.75, 0],
    scale: 3.5,
  });
  expect(commonView(one, one)).toEqual(one);
});

describe("a round step", () => {
  it("is the nearest of 1, 2 and 5 times a power of ten", () => {
    expect([0.0446, 0.033, 0.12, 0.16, 8, 0.005].map(roundStep)).toEqual([
      0.05, 0.05, 0.1, 0.2, 10, 0.005,
    ]);
  });
});
