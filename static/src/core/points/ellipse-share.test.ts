import { expect, test } from "vitest";
import { shareWithin } from "./ellipse-share";
import { pointsFromColumns } from "./points";

const SLANTED = {
  label: 1,
  mean: [1, 0],
  covariance: [
    [4, 3],
    [3, 4],
  ],
} as const;

test("the points within a slanted ellipse are counted, and those of its class", () => {
  // Along the long axis 1.8 is inside (√7 = 2.6), across it 1.8 is not (√1 = 1).
  const points = pointsFromColumns(
    [1, 2, 1, 1],
    [1, 1 + 1.3, 1 - 1.3, 1 + 1.3],
    [0, 1.3, -1.3, -1.3],
  );
  const share = shareWithin(points, SLANTED as never);
  expect(share).toBeCloseTo(2 / 3);
});

test("an ellipse without points has no share", () => {
  expect(shareWithin(pointsFromColumns([1], [9], [9]), SLANTED as never)).toBeNull();
});
