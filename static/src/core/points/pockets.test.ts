import { expect, test } from "vitest";
import { circleOf, densestPlace, emptiestDisc } from "./pockets";
import { type Points, pointsFromColumns } from "./points";

const of = (places: [number, number][]): Points =>
  pointsFromColumns(
    places.map(() => 0),
    places.map(([x]) => x),
    places.map(([, y]) => y),
  );

/** A square grid of points over [−2, 2]², without those within `radius` of a hole. */
function holed(hole: [number, number], radius: number): Points {
  const places: [number, number][] = [];
  for (let x = -2; x <= 2; x += 0.04) {
    for (let y = -2; y <= 2; y += 0.04) {
      if (Math.hypot(x - hole[0], y - hole[1]) > radius) places.push([x, y]);
    }
  }
  return of(places);
}

test("the circle around the mean encloses the share of the points that was asked for", () => {
  const line = of(Array.from({ length: 101 }, (_, i) => [i - 50 + 7, 3] as [number, number]));
  const { centre, radius } = circleOf(line, 0.9);
  expect(centre[0]).toBeCloseTo(7, 6);
  expect(centre[1]).toBeCloseTo(3, 6);
  expect(
    Array.from({ length: 101 }, (_, i) => Math.abs(i - 50) <= radius).filter(Boolean).length,
  ).toBe(91);
});

test("the emptiest disc is the hole, and no point lies in it", () => {
  const points = holed([0.5, -0.7], 0.4);
  const { centre, radius } = emptiestDisc(points, { centre: [0, 0], radius: 1.5 });
  expect(Math.hypot(centre[0] - 0.5, centre[1] + 0.7)).toBeLessThan(0.06);
  expect(radius).toBeGreaterThan(0.36);
  let nearest = Infinity;
  for (let i = 0; i < points.count; i++) {
    const [x, y] = [points.xy[2 * i] as number, points.xy[2 * i + 1] as number];
    nearest = Math.min(nearest, Math.hypot(x - centre[0], y - centre[1]));
  }
  expect(nearest).toBeGreaterThanOrEqual(radius);
});

test("a larger hole beyond the disc does not count, nor does what sticks out of it", () => {
  const points = holed([1.6, 0], 0.7);
  const { centre, radius } = emptiestDisc(points, { centre: [0, 0], radius: 1 });
  expect(Math.hypot(...centre) + radius).toBeLessThanOrEqual(1 + 1e-6);
  expect(radius).toBeLessThan(0.1);
});

test("where nothing lies, the whole disc is empty", () => {
  const { centre, radius } = emptiestDisc(of([[9, 9]]), { centre: [1, 1], radius: 2 });
  expect(Math.hypot(centre[0] - 1, centre[1] - 1)).toBeLessThan(0.03);
  expect(radius).toBeCloseTo(2, 1);
});

test("the densest place is where the most points share a cell", () => {
  const crowd = Array.from({ length: 50 }, (_, i) => [0.6 + i * 1e-4, 0.6] as [number, number]);
  const place = densestPlace(of([[0, 0], [-1, -1], ...crowd]), { centre: [0, 0], radius: 2 });
  expect(Math.hypot(place[0] - 0.6, place[1] - 0.6)).toBeLessThan(0.1);
});
