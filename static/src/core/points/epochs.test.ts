import { describe, expect, it } from "vitest";
import { Film } from "./epochs";

const film = () =>
  new Film({
    epochs: [0, 1, 5],
    labels: Uint16Array.from([0, 0, 1]),
    frames: [
      Float32Array.from([0, 0, 0, 0, 0, 0]),
      Float32Array.from([-1, 0, -1, 2, 2, 0]),
      Float32Array.from([-2, 0, -2, 2, 6, 4]),
    ],
  });

describe("a film of the map", () => {
  it("shows recorded frames as they are", () => {
    expect(Array.from(film().at(1).points.xy)).toEqual([-1, 0, -1, 2, 2, 0]);
    expect(Array.from(film().at(2).points.xy)).toEqual([-2, 0, -2, 2, 6, 4]);
    expect(film().length).toBe(3);
    expect(film().epoch(2)).toBe(5);
  });

  it("moves points and class means along straight lines between them", () => {
    const { points, statistics } = film().at(1.25);
    expect(Array.from(points.xy)).toEqual([-1.25, 0, -1.25, 2, 3, 1]);
    expect(statistics.map(({ mean }) => mean)).toEqual([
      [-1.25, 1],
      [3, 1],
    ]);
  });

  it("tells how far all points are spread", () => {
    expect(film().spread(0)).toEqual({ mean: [0, 0], deviation: 0 });
    // x: −1, −1, 2; y: 0, 2, 0.
    const { mean, deviation } = film().spread(1);
    expect([...mean, deviation]).toEqual([0, expect.closeTo(2 / 3), expect.closeTo(Math.sqrt(2))]);
    expect(film().spread(0.5).deviation).toBeCloseTo(Math.sqrt(2) / 2);
  });

  it("counts who lies nearest to the mean of their own class", () => {
    expect(film().sorted(0)).toBeCloseTo(2 / 3);
    expect(film().sorted(1)).toBe(1);
  });
});
