// The examples of section "faces": test faces to begin with, each beside its reconstruction.

import type { PageContext } from "../../app/context";
import { sheetOf } from "../../core/image/sheet";
import { imageSize, type Model } from "../../core/release/manifest";
import type { DigitGrid } from "../../elements/digit-grid";
import { showGridError } from "../../figures/grid";
import type { FaceModel } from "./faces-model";

/** Gives the tiles the room that they will need, before there is anything in them. */
export function reserveExamples(grid: DigitGrid, { image }: Model, isBeside: boolean): void {
  const { height, width, channels } = image;
  grid.image = { height, width: isBeside ? 2 * width : width, channels };
}

/**
 * Puts up a model's examples, all decoded in one call.
 *
 * @param isShown tells whether they are still wanted.
 */
export async function showExamples(
  context: PageContext,
  grid: DigitGrid,
  faces: FaceModel,
  isShown: () => boolean,
): Promise<void> {
  const { model, examples } = faces;
  try {
    const mu = Float32Array.from(examples.mu.flat());
    const decoded = await context.engine.decode(model, mu);
    if (!isShown()) return;
    const images = besideOriginals(faces, decoded);
    reserveExamples(grid, model, images !== decoded);
    grid.names = examples.mu.map((_, i) => {
      const has = faces.attributesOf(i).join(", ");
      return `Test face ${examples.index[i]}${has ? `: ${has}` : ""}`;
    });
    grid.images = images;
  } catch (error) {
    if (isShown()) showGridError(grid, `The examples of ${model.id}`, error);
  }
}

/** Lays each face beside its reconstruction, (n, H, 2·W, C); as they are where none may be shown. */
function besideOriginals(faces: FaceModel, decoded: Float32Array): Float32Array {
  const { model, examples } = faces;
  const size = imageSize(model);
  const sheets = new Float32Array(2 * size * examples.count);
  for (let i = 0; i < examples.count; i++) {
    const original = faces.original(i);
    if (original === null) return decoded;
    const pair = new Float32Array(2 * size);
    pair.set(original);
    pair.set(decoded.subarray(i * size, (i + 1) * size), size);
    sheets.set(sheetOf(pair, model.image, 2, 1), 2 * i * size);
  }
  return sheets;
}
