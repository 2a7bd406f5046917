// Decoding into a <digit-grid>: all of its pictures in one call, newest wins.

import { type PageContext, sentence } from "../app/context";
import { latest } from "../core/async/latest";
import type { DigitGrid } from "../elements/digit-grid";
import { type Decoding, decodeWith, showError } from "./figure";

/**
 * Returns what decodes n points into a grid's n pictures.
 *
 * @param answered is called with the images once the grid shows them.
 */
export function gridInto(
  context: Pick<PageContext, "engine">,
  grid: DigitGrid,
  answered: (images: Float32Array, decoding: Decoding) => void = () => {},
): (decoding: Decoding) => void {
  const decode = latest(
    (decoding: Decoding) => decodeWith(context.engine, decoding),
    (images, decoding) => {
      grid.image = decoding.model.image;
      grid.images = images;
      answered(images, decoding);
    },
    (error, decoding) => {
      showGridError(grid, `What ${decoding.model.id} decodes`, error, () => decode(decoding));
    },
  );
  return (decoding) => {
    if (grid.state !== "ready") grid.state = "loading";
    decode(decoding);
  };
}

/** Says in place of a grid's pictures why they cannot be had. */
export function showGridError(
  grid: DigitGrid,
  subject: string,
  error: unknown,
  again: (() => void) | null = null,
): void {
  showError([grid], sentence(subject, error), again);
}
