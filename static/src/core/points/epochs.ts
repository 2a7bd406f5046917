// A model's training as frames of its map: between two of them, and what each one is worth.

import type { Point } from "../geometry/viewport";
import type { Trace } from "../release/release";
import { type ClassStatistics, type Points, statisticsOf } from "./points";

/** The map at one moment of the training. */
export interface Moment {
  readonly points: Points;
  /** Of the points, class by class; the covariance is the earlier frame's. */
  readonly statistics: ClassStatistics[];
}

/** A trace, with what each frame's classes are. */
export class Film {
  readonly #trace: Trace;
  readonly #statistics = new Map<number, ClassStatistics[]>();
  readonly #sorted = new Map<number, number>();

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  /** The number of recorded frames. */
  get length(): number {
    return this.#trace.frames.length;
  }

  /** The epoch after which a frame was recorded. */
  epoch(frame: number): number {
    return this.#trace.epochs[frame] as number;
  }

  /** Returns the map at `position`, in frames; between two, the points are on straight ways. */
  at(position: number): Moment {
    const first = Math.min(Math.floor(position), this.length - 1);
    const second = Math.min(first + 1, this.length - 1);
    const share = position - first;
    const points = (xy: Float32Array): Points => ({
      count: this.#trace.labels.length,
      labels: this.#trace.labels,
      xy,
    });
    const [from, to] = [this.#trace.frames[first], this.#trace.frames[second]] as [
      Float32Array,
      Float32Array,
    ];
    const before = this.statistics(first);
    if (share <= 0 || second === first) return { points: points(from), statistics: before };
    const xy = new Float32Array(from.length);
    for (let i = 0; i < xy.length; i++) {
      const start = from[i] as number;
      xy[i] = start + share * ((to[i] as number) - start);
    }
    const after = this.statistics(second);
    const statistics = before.map((row, i) => {
      const [x, y] = row.mean;
      const there = after[i]?.mean ?? row.mean;
      const mean: Point = [x + share * (there[0] - x), y + share * (there[1] - y)];
      return { ...row, mean };
    });
    return { points: points(xy), statistics };
  }

  /** Returns the Gaussian of each class in a frame, counted once. */
  statistics(frame: number): ClassStatistics[] {
    const { frames, labels } = this.#trace;
    const known = this.#statistics.get(frame);
    if (known !== undefined) return known;
    const xy = frames[frame] as Float32Array;
    const counted = statisticsOf({ count: labels.length, labels, xy });
    this.#statistics.set(frame, counted);
    return counted;
  }

  /** Returns the share of a frame's points that lie nearest to the mean of their own class. */
  sorted(frame: number): number {
    const known = this.#sorted.get(frame);
    if (known !== undefined) return known;
    const { frames, labels } = this.#trace;
    const xy = frames[frame] as Float32Array;
    const rows = this.statistics(frame);
    let own = 0;
    for (let i = 0; i < labels.length; i++) {
      let nearest = -1;
      let least = Infinity;
      for (const { label, mean } of rows) {
        const distance =
          ((xy[2 * i] as number) - mean[0]) ** 2 + ((xy[2 * i + 1] as number) - mean[1]) ** 2;
        if (distance < least) [least, nearest] = [distance, label];
      }
      if (nearest === labels[i]) own++;
    }
    const share = own / labels.length;
    this.#sorted.set(frame, share);
    return share;
  }
}
