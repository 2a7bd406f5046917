// From A to B: a bar that plays from one to the other, and strips of pictures in between.

import type { PageContext } from "../app/context";
import { type Interpolation, interpolate, interpolationSteps } from "../core/latent/interpolation";
import { formatVector } from "../core/link/vectors";
import type { Model } from "../core/release/manifest";
import "../elements/play-bar";
import type { ImageView } from "../elements/image-view";
import type { PlayBar } from "../elements/play-bar";
import { type Decoding, decoderInto, dressView, labelsFor } from "./figure";

/** Two points of one latent space, (d,) each. */
export interface Ends {
  readonly a: readonly number[];
  readonly b: readonly number[];
}

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

  /** z at a share of the path; where there are ends. */
  at(share: number): number[] {
    const { a, b } = this.ends as Ends;
    return interpolate(a, b, share, this.kind);
  }

  /** `count` points at even shares, both ends among them; where there are ends. */
  points(count: number): number[][] {
    const { a, b } = this.ends as Ends;
    return interpolationSteps(a, b, count, this.kind);
  }

  /** Sets the bar back to A. */
  rewind(): void {
    this.bar.pause();
    this.bar.value = 0;
  }
}

/** What shows points of a model in a strip: all decoded in one call, newest wins. */
export type Strip = (model: Model, points: readonly number[][], label: number) => void;

/** Returns what decodes as many points into a strip's views. */
export function stripInto(
  context: PageContext,
  views: readonly ImageView[],
  answered?: (decoding: Decoding) => void,
): Strip {
  let shown: Model | null = null;
  const decode = decoderInto(context, views, (model) => model === shown, answered);
  return (model, points, label) => {
    for (const [i, view] of views.entries()) {
      if (shown !== model) dressView(view, model);
      view.label = `${model.title} at z = ${formatVector(points[i] as number[])}`;
    }
    shown = model;
    decode({ model, z: points.flat(), ...labelsFor(model, label, points.length) });
  };
}
