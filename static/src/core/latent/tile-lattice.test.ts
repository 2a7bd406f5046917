import { expect, test } from "vitest";
import { blendTiles, type LatticeSites, tilePosition, tilesOf } from "./tile-lattice";

const SITES: LatticeSites = { size: 3, range: 3.5, exponent: 1.4 };
/** One pixel a tile, the upper row first. */
const GREYS = [10, 20, 30, 40, 50, 60, 70, 80, 90];
const PIXEL = { width: 1, height: 1, channels: 1 };
const lattice = tilesOf(sheetOfGreys(GREYS), SITES, PIXEL);

function sheetOfGreys(greys: readonly number[]): Uint8ClampedArray {
  return Uint8ClampedArray.from(greys.flatMap((grey) => [grey, grey, grey, 255]));
}

const greysAt = (...z: number[]): number[] => Array.from(blendTiles(lattice, z), (v) => v * 255);

test("b20: on a site its own tile is shown, z₂ upwards as on the map", () => {
  expect(greysAt(-3.5, 3.5)[0]).toBeCloseTo(10, 4);
  expect(greysAt(3.5, 3.5)[0]).toBeCloseTo(30, 4);
  expect(greysAt(0, 0)[0]).toBeCloseTo(50, 4);
  expect(greysAt(-3.5, -3.5)[0]).toBeCloseTo(70, 4);
  expect(greysAt(3.5, -3.5)[0]).toBeCloseTo(90, 4);
});

test("b20: between sites four tiles are blended, evenly in t", () => {
  const half = 3.5 * 0.5 ** 1.4;
  expect(greysAt(half, 0)[0]).toBeCloseTo(55, 4);
  expect(greysAt(0, half)[0]).toBeCloseTo(35, 4);
  expect(greysAt(-half, -half)[0]).toBeCloseTo((40 + 50 + 70 + 80) / 4, 4);
  const quarter = 3.5 * 0.25 ** 1.4;
  expect(greysAt(quarter, -half)[0]).toBeCloseTo(0.375 * (50 + 80) + 0.125 * (60 + 90), 4);
});

test("b20: outside the nearest tiles stand, and many points are blended at once", () => {
  expect(greysAt(9, -100)[0]).toBeCloseTo(90, 4);
  const [first, second] = greysAt(-1e9, 1e9, 0, 0) as [number, number];
  expect(first).toBeCloseTo(10, 4);
  expect(second).toBeCloseTo(50, 4);
});

test("b20: a position is the inverse of the sites that a release names", () => {
  for (let i = 0; i < 40; i++) {
    const t = (2 * i) / 39 - 1;
    const z = 3.5 * Math.sign(t) * Math.abs(t) ** 1.4;
    expect(tilePosition({ ...SITES, size: 40 }, z)).toBeCloseTo(i, 9);
  }
});

test("b20: tiles of several pixels and channels keep their order", () => {
  const image = { width: 2, height: 2, channels: 3 };
  const rgba = new Uint8ClampedArray(4 * 4 * 4);
  for (let i = 0; i < rgba.length; i++) rgba[i] = i;
  const { tiles } = tilesOf(rgba, { ...SITES, size: 2 }, image);
  // The lower left tile begins in row 2 of the sheet, the upper right one in its column 2.
  expect([...tiles.subarray(0, 12)]).toEqual([32, 33, 34, 36, 37, 38, 48, 49, 50, 52, 53, 54]);
  expect([...tiles.subarray(36, 42)]).toEqual([8, 9, 10, 12, 13, 14]);
  const blended = blendTiles(tilesOf(rgba, { ...SITES, size: 2 }, image), [3.5, 3.5]);
  expect(blended[0]).toBeCloseTo(8 / 255, 6);
  expect(blended).toHaveLength(12);
});
