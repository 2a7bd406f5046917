import { describe, expect, test } from "vitest";
import { normalise, SIDE } from "./normalise";
import { penPoint, type Stroke } from "./strokes";

const line = (ax: number, ay: number, bx: number, by: number): Stroke => [
  penPoint(ax, ay, 0.5),
  penPoint(bx, by, 0.5),
];

/** Ink, its centre of mass by pixel index, and the sides of its box. */
function measure(pixels: Float32Array) {
  let ink = 0;
  let x = 0;
  let y = 0;
  const columns = new Set<number>();
  const rows = new Set<number>();
  for (let i = 0; i < pixels.length; i++) {
    const value = pixels[i] as number;
    const [column, row] = [i % SIDE, Math.floor(i / SIDE)];
    ink += value;
    x += value * column;
    y += value * row;
    if (value > 0) {
      columns.add(column);
      rows.add(row);
    }
  }
  return { ink, x: x / ink, y: y / ink, width: columns.size, height: rows.size };
}

describe("normalise", () => {
  test("nothing drawn is an empty image", () => {
    expect(normalise([])).toEqual(new Float32Array(SIDE * SIDE));
  });

  test("the longer side of the ink fills 20 pixels, wherever and however large it was drawn", () => {
    for (const strokes of [
      [line(0.45, 0.1, 0.55, 0.9)],
      [line(0.02, 0.02, 0.05, 0.3)],
      [line(0.1, 0.5, 0.95, 0.55)],
    ]) {
      const { width, height } = measure(normalise(strokes));
      expect(Math.max(width, height)).toBe(20);
    }
  });

  test("the centre of mass is within half a pixel of index 14, also of a lopsided drawing", () => {
    const lopsided = [line(0.2, 0.1, 0.2, 0.9), line(0.2, 0.9, 0.6, 0.9)];
    for (const strokes of [lopsided, [line(0.4, 0.1, 0.5, 0.9)], [line(0.1, 0.1, 0.2, 0.1)]]) {
      const { x, y } = measure(normalise(strokes));
      expect(Math.abs(x - 14)).toBeLessThanOrEqual(0.5);
      expect(Math.abs(y - 14)).toBeLessThanOrEqual(0.5);
    }
  });

  test("a drawing that is moved or scaled on the pad gives the same picture", () => {
    const drawn = (size: number, x: number, y: number): Stroke[] => [
      line(x, y, x + 0.6 * size, y + size),
      line(x + 0.6 * size, y + size, x, y + 0.9 * size),
    ];
    const one = normalise(drawn(0.8, 0.1, 0.1));
    const other = normalise(drawn(0.3, 0.6, 0.5));
    for (const [i, value] of one.entries()) expect(other[i]).toBeCloseTo(value, 1);
  });

  test("edges are soft and ink is full", () => {
    const pixels = normalise([line(0.3, 0.1, 0.7, 0.9)]);
    expect(Math.max(...pixels)).toBe(1);
    expect(pixels.filter((value) => value > 0.05 && value < 0.95).length).toBeGreaterThan(20);
  });

  test("a dot stays a dot", () => {
    const { ink } = measure(normalise([[penPoint(0.5, 0.5, 0.5)]]));
    expect(ink).toBeGreaterThan(2);
    expect(ink).toBeLessThan(12);
  });

  test("pressure widens the line", () => {
    const at = (pressure: number): number =>
      measure(normalise([[penPoint(0.5, 0.1, pressure), penPoint(0.5, 0.9, pressure)]])).ink;
    expect(at(1)).toBeGreaterThan(at(0.5) * 1.1);
    expect(at(0.1)).toBeLessThan(at(0.5));
  });
});
