// A model's training as frames of its map: between two of them, and what each one is worth.

import type { Point } from "../geometry/viewport";
import type { Trace } from "../release/release";
import { shareNearestOwn } from "./nearest";
import { type ClassStatistics, type Points, statisticsOf } from "./points";

/** The mean and the standard deviation of all points. */
interface Spread {
  readonly mean: Point;
  readonly deviation: number;
}

/** A trace, with the Gaussian of each class in each of its frames. */
export class Film {
  readonly #frames: readonly Points[];
  readonly #statistics: readonly ClassStatistics[][];
  readonly #spreads: readonly Spread[];

  constructor(private readonly trace: Trace) {
    const { frames, labels } = trace;
    this.#frames = frames.map((xy) => ({ count: labels.length, labels, xy }));
    this.#statistics = this.#frames.map(statisticsOf);
    this.#spreads = this.#statistics.map(spreadOf);
  }

  /** The number of recorded frames. */
  get length(): number {
    return this.#frames.length;
  }

  /** The epoch after which a frame was recorded. */
  epoch(frame: number): number {
    return this.trace.epochs[frame] as number;
  }

  /**
   * Returns the map at `position`, in frames; between two, points and means are on straight lines.
   * A class's covariance is the earlier frame's.
   */
  at(position: number): { points: Points; statistics: ClassStatistics[] } {
    const first = Math.min(Math.floor(position), this.length - 1);
    const second = Math.min(first + 1, this.length - 1);
    const share = position - first;
    const [from, to] = [this.#frames[first] as Points, this.#frames[second] as Points];
    const statistics = this.#statistics[first] as ClassStatistics[];
    if (share <= 0 || second === first) return { points: from, statistics };
    const xy = new Float32Array(from.xy.length);
    for (let i = 0; i < xy.length; i++) {
      const start = from.xy[i] as number;
      xy[i] = start + share * ((to.xy[i] as number) - start);
    }
    const means = statistics.map((row, i) => {
      const [x, y] = row.mean;
      const there = this.#statistics[second]?.[i]?.mean ?? row.mean;
      return { ...row, mean: [x + share * (there[0] - x), y + share * (there[1] - y)] as const };
    });
    return { points: { ...from, xy }, statistics: means };
  }

  /** Returns where the points are as a whole; `deviation` is the larger of the two latents'. */
  spread(position: number): Spread {
    const first = Math.min(Math.floor(position), this.length - 1);
    const from = this.#spreads[first] as Spread;
    const to = this.#spreads[Math.min(first + 1, this.length - 1)] as Spread;
    const between = (a: number, b: number): number => a + (position - first) * (b - a);
    return {
      mean: [between(from.mean[0], to.mean[0]), between(from.mean[1], to.mean[1])],
      deviation: between(from.deviation, to.deviation),
    };
  }

  /** Returns the share of a frame's points that lie nearest to the mean of their own class. */
  sorted(frame: number): number {
    const means: Point[] = [];
    for (const { label, mean } of this.#statistics[frame] ?? []) means[label] = mean;
    return shareNearestOwn(this.#frames[frame] as Points, means);
  }
}

function spreadOf(classes: readonly ClassStatistics[]): Spread {
  const count = classes.reduce((sum, row) => sum + row.count, 0);
  const over = (value: (row: ClassStatistics) => number): number =>
    classes.reduce((sum, row) => sum + row.count * value(row), 0) / count;
  const moments = ([0, 1] as const).map((axis) => {
    const mean = over((row) => row.mean[axis]);
    return {
      mean,
      square: over((row) => row.covariance[axis][axis] + (row.mean[axis] - mean) ** 2),
    };
  });
  const [x, y] = moments.map(({ mean }) => mean) as [number, number];
  return { mean: [x, y], deviation: Math.sqrt(Math.max(...moments.map(({ square }) => square))) };
}
