// Decoding into a <digit-grid>: all of its pictures in one call, newest wins.

import { type PageContext, sentence } from "../app/context";
import { latest } from "../core/async/latest";
import type { DigitGrid } from "../elements/digit-grid";
import type { Decoding } from "./figure";

/**
 * Returns what decodes n points into a grid's n pictures; an answer that is no longer wanted is
 * dropped.
 *
 * @param answered is called with the images once the grid shows them.
 */
export function gridInto(
  context: Pick<PageContext, "engine">,
  grid: DigitGrid,
  answered: (images: Float32Array, decoding: Decoding) => void = () => {},
): (decoding: Decoding) => void {
  let wanted: Decoding | null = null;
  const decode = latest(
    ({ model, z, labels }: Decoding) => context.engine.decode(model, Float32Array.from(z), labels),
    (images, decoding) => {
      if (decoding !== wanted) return;
      grid.image = decoding.model.image;
      grid.images = images;
      answered(images, decoding);
    },
    (error, decoding) => {
      if (decoding !== wanted) return;
      grid.message = sentence(`What ${decoding.model.id} decodes`, error);
      grid.state = "error";
    },
  );
  return (decoding) => {
    wanted = decoding;
    if (grid.state !== "ready") grid.state = "loading";
    decode(decoding);
  };
}

/** Says in place of a grid's pictures why they cannot be had. */
export function showGridError(grid: DigitGrid, subject: string, error: unknown): void {
  grid.message = sentence(subject, error);
  grid.state = "error";
}
