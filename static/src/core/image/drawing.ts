// The reader's drawing: its strokes, what MNIST would have made of them, and whoever follows it.

import { normalise } from "./normalise";
import { extend, type PenPoint, type Stroke } from "./strokes";

/** What the drawing has become. */
export interface DrawingChange {
  readonly strokes: Stroke[];
  /** The normalised 28×28, another array whenever it differs. */
  readonly pixels: Float32Array;
  /** False while the pen is down; then the last stroke has only grown. */
  readonly final: boolean;
}

export class Drawing {
  strokes: Stroke[];
  /** The normalised 28×28 of the strokes. */
  pixels: Float32Array;
  /** Whether the strokes are the page's own, which make room for the reader's first. */
  #isExample = false;
  readonly #listeners = new Set<(change: DrawingChange) => void>();

  constructor(strokes: readonly Stroke[] = []) {
    this.strokes = copied(strokes);
    this.pixels = normalise(this.strokes);
  }

  /** Whether the reader has drawn nothing: what the page opened with is not the reader's. */
  get isEmpty(): boolean {
    return this.#isExample || this.strokes.length === 0;
  }

  /** Shows a drawing of the page's own, until the first stroke. It is no final one: no link keeps it. */
  open(strokes: readonly Stroke[]): void {
    this.strokes = copied(strokes);
    this.#isExample = true;
    this.#changed(false);
  }

  /** Calls `listener` after every change until `end`, or the function that is returned is called. */
  subscribe(listener: (change: DrawingChange) => void, end?: AbortSignal): () => void {
    const leave = (): void => void this.#listeners.delete(listener);
    this.#listeners.add(listener);
    end?.addEventListener("abort", leave);
    return leave;
  }

  replace(strokes: readonly Stroke[]): void {
    this.strokes = copied(strokes);
    this.#isExample = false;
    this.#changed(true);
  }

  undo(): void {
    this.replace(this.strokes.slice(0, -1));
  }

  /** Begins a stroke, which is returned to be drawn on. */
  begin(point: PenPoint): Stroke {
    const stroke = [point];
    if (this.#isExample) this.strokes = [];
    this.#isExample = false;
    this.strokes.push(stroke);
    this.#changed(false);
    return stroke;
  }

  /** Goes on with a stroke; a pen that has hardly moved changes nothing. */
  extend(stroke: Stroke, points: readonly PenPoint[]): void {
    const before = stroke.length;
    for (const point of points) extend(stroke, point);
    if (stroke.length > before) this.#changed(false);
  }

  /** Ends a stroke: the pen is up. The pixels stay as they are. */
  end(): void {
    this.#tell(true);
  }

  #changed(final: boolean): void {
    this.pixels = normalise(this.strokes);
    this.#tell(final);
  }

  #tell(final: boolean): void {
    const { strokes, pixels } = this;
    for (const listener of this.#listeners) {
      try {
        listener({ strokes, pixels, final });
      } catch (error) {
        reportError(error); // one that fails does not keep the others from following
      }
    }
  }
}

function copied(strokes: readonly Stroke[]): Stroke[] {
  return strokes.map((stroke) => [...stroke]);
}
