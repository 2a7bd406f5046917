// From A to B: a bar that plays from one to the other, and strips of pictures in between.

import type { PageContext } from "../app/context";
import { type Interpolation, interpolate, interpolationSteps } from "../core/latent/interpolation";
import { formatVector } from "../core/link/vectors";
import type { Model } from "../core/release/manifest";
import "../elements/play-bar";
import type { ImageView } from "../elements/image-view";
import type { PlayBar } from "../elements/play-bar";
import { decoderInto, dressView } from "./figure";

/** Two points of one latent space, (d,) each. */
export type Ends = Readonly<Record<"a" | "b", readonly number[]>>;

export class InterpolationFigure {
  /** Null while they are not known: nothing can be played. */
  ends: Ends | null = null;
  kind: Interpolation = "line";

  /** @param moved is called with z and its share of the path whenever the bar moves. */
  constructor(
    readonly bar: PlayBar,
    moved: (z: number[], share: number) => void,
  ) {
    bar.addEventListener("value-change", ({ detail }) => {
      if (this.ends !== null) moved(this.at(detail.value), detail.value);
    });
  }

  at(share: number): number[] {
    const { a, b } = this.ends as Ends;
    return interpolate(a, b, share, this.kind);
  }

  /** `count` points at even shares, both ends among them; where there are ends. */
  points(count: number): number[][] {
    const { a, b } = this.ends as Ends;
    return interpolationSteps(a, b, count, this.kind);
  }

  rewind(): void {
    this.bar.pause();
    this.bar.value = 0;
  }
}

/** A strip of pictures of a model's points: all decoded in one call, newest wins. */
export class Strip {
  private shown: Model | null = null;
  private readonly decode: ReturnType<typeof decoderInto>;

  constructor(
    context: PageContext,
    private readonly views: readonly ImageView[],
  ) {
    this.decode = decoderInto(context, views, (model) => model === this.shown);
  }

  /** Shows as many points as there are views. */
  show(model: Model, points: readonly number[][], label: number): void {
    for (const [i, view] of this.views.entries()) {
      if (this.shown !== model) dressView(view, model);
      view.label = `${model.title} at z = ${formatVector(points[i] as number[])}`;
    }
    this.shown = model;
    this.decode({ model, z: points.flat(), labels: points.map(() => label) });
  }

  /** Empties the strip; what is being decoded for it is dropped. */
  clear(): void {
    this.shown = null;
    for (const view of this.views) {
      view.pixels = null;
      view.state = "loading";
    }
  }
}
