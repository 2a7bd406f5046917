// How many of the points within a class's ellipse are of that class.

import type { Covariance } from "../geometry/gaussians";
import type { Point } from "../geometry/viewport";
import type { Points } from "./points";

/**
 * Returns the share of a class among all points within its ellipse of one standard deviation;
 * null where no point lies there.
 */
export function shareWithin(
  { labels, xy }: Points,
  { label, mean, covariance }: { label: number; mean: Point; covariance: Covariance },
): number | null {
  const [[xx, cross], [, yy]] = covariance;
  const determinant = xx * yy - cross ** 2;
  let [own, all] = [0, 0];
  for (const [i, of] of labels.entries()) {
    const x = (xy[2 * i] as number) - mean[0];
    const y = (xy[2 * i + 1] as number) - mean[1];
    if (yy * x * x - 2 * cross * x * y + xx * y * y > determinant) continue;
    all++;
    if (of === label) own++;
  }
  return all > 0 ? own / all : null;
}
