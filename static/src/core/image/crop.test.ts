import { describe, expect, it } from "vitest";
import { clampCrop, firstCrop, fromRgba, moveCrop, zoomCrop, zoomOf, zoomTo } from "./crop";

const WIDE = { width: 400, height: 200 };
const TALL = { width: 200, height: 500 };

describe("a square crop", () => {
  it("opens on the middle of a wide picture, and above that of an upright one", () => {
    expect(firstCrop(WIDE)).toEqual({ x: 100, y: 0, side: 200 });
    expect(firstCrop(TALL)).toEqual({ x: 0, y: 100, side: 200 });
  });

  it("never leaves the picture", () => {
    expect(clampCrop({ x: -30, y: 90, side: 150 }, WIDE)).toEqual({ x: 0, y: 50, side: 150 });
    expect(clampCrop({ x: 390, y: 0, side: 900 }, WIDE)).toEqual({ x: 200, y: 0, side: 200 });
    expect(clampCrop({ x: 0, y: 0, side: 1 }, WIDE).side).toBe(25);
  });

  it("moves with what is drawn along", () => {
    // The picture goes to the right, so the crop goes to the left.
    expect(moveCrop({ x: 100, y: 0, side: 200 }, 0.25, 0, WIDE)).toEqual({
      x: 50,
      y: 0,
      side: 200,
    });
    expect(moveCrop({ x: 100, y: 0, side: 200 }, -9, 0, WIDE).x).toBe(200);
  });

  it("zooms about the place it is told", () => {
    const crop = zoomCrop({ x: 100, y: 0, side: 200 }, 2, 0.25, 1, WIDE);
    expect(crop).toEqual({ x: 125, y: 100, side: 100 });
    // That place is still a quarter in and at the bottom.
    expect(crop.x + 0.25 * crop.side).toBe(150);
    expect(crop.y + crop.side).toBe(200);
    expect(zoomCrop(crop, 1000, 0.5, 0.5, WIDE).side).toBe(25);
    expect(zoomCrop(crop, 0.001, 0.5, 0.5, WIDE)).toEqual({ x: 75, y: 0, side: 200 });
  });

  it("has a zoom from 0 to 1, there and back", () => {
    const crop = firstCrop(WIDE);
    expect(zoomOf(crop, WIDE)).toBeCloseTo(0);
    for (const zoom of [0, 0.3, 1]) {
      expect(zoomOf(zoomTo(crop, zoom, WIDE), WIDE)).toBeCloseTo(zoom);
    }
    expect(zoomOf(zoomTo(crop, 7, WIDE), WIDE)).toBeCloseTo(1);
  });
});

describe("RGBA bytes", () => {
  it("become values of three channels, on white where they are transparent", () => {
    const values = fromRgba([255, 0, 51, 255, 0, 0, 0, 0]);
    expect(Array.from(values)).toEqual([1, 0, Math.fround(0.2), 1, 1, 1]);
  });
});
