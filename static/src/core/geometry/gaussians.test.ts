import { expect, test } from "vitest";
import { type Covariance, contourOf, outlineOf, widen } from "./gaussians";

/** The covariance whose contour has these radii and this angle. */
function rotated(long: number, short: number, angle: number): Covariance {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const xy = (long ** 2 - short ** 2) * c * s;
  return [
    [(long * c) ** 2 + (short * s) ** 2, xy],
    [xy, (long * s) ** 2 + (short * c) ** 2],
  ];
}

test.each([0, 0.3, 1.2, -0.7])(
  "a contour has the axes of its covariance, turned by %f",
  (angle) => {
    const contour = contourOf([1, 2], rotated(3, 0.5, angle));
    expect(contour.mean).toEqual([1, 2]);
    expect(contour.radii[0]).toBeCloseTo(3, 10);
    expect(contour.radii[1]).toBeCloseTo(0.5, 10);
    expect(contour.angle).toBeCloseTo(angle, 10);
  },
);

test("a point mass and a circle are contours too", () => {
  expect(
    contourOf(
      [0, 0],
      [
        [0, 0],
        [0, 0],
      ],
    ).radii,
  ).toEqual([0, 0]);
  expect(
    contourOf(
      [0, 0],
      [
        [4, 0],
        [0, 4],
      ],
    ),
  ).toMatchObject({ radii: [2, 2], angle: 0 });
  // Rounded on disk, a flat covariance can have a slightly negative eigenvalue.
  expect(
    contourOf(
      [0, 0],
      [
        [1, 1.001],
        [1.001, 1],
      ],
    ).radii[1],
  ).toBe(0);
});

test("the aggregate posterior is wider than its means by the mean variance", () => {
  expect(
    widen(
      [
        [1, 0.5],
        [0.5, 2],
      ],
      [0.25, 1],
    ),
  ).toEqual([
    [1.25, 0.5],
    [0.5, 3],
  ]);
});

test("an outline lies where the quadratic form has the square of its deviations", () => {
  const outline = outlineOf(contourOf([1, 2], rotated(3, 0.5, 0.3)), 2);
  const [c, s] = [Math.cos(0.3), Math.sin(0.3)];
  for (const [x, y] of outline) {
    const [along, across] = [c * (x - 1) + s * (y - 2), c * (y - 2) - s * (x - 1)];
    expect((along / 3) ** 2 + (across / 0.5) ** 2).toBeCloseTo(4, 10);
  }
});
