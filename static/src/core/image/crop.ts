// A square crop of a picture that can be moved and zoomed, and never leaves the picture.

import { clamp, type Size } from "../geometry/viewport";

/** A square of the picture, in its own pixels. */
export interface Crop {
  /** Its left and its upper edge. */
  readonly x: number;
  readonly y: number;
  readonly side: number;
}

/** Zoomed in as far as can be, the crop is this share of the largest one. */
const SMALLEST_SHARE = 1 / 8;

const largestSide = ({ width, height }: Size): number => Math.min(width, height);

/** Returns the nearest crop that lies within the picture and is neither too large nor too small. */
export function clampCrop({ x, y, side }: Crop, picture: Size): Crop {
  const largest = largestSide(picture);
  const within = clamp(side, largest * SMALLEST_SHARE, largest);
  return {
    x: clamp(x, 0, picture.width - within),
    y: clamp(y, 0, picture.height - within),
    side: within,
  };
}

/** Returns the largest crop about the middle; of an upright picture a little above it, where faces are. */
export function firstCrop(picture: Size): Crop {
  const side = largestSide(picture);
  return {
    x: (picture.width - side) / 2,
    y: (picture.height - side) / (picture.height > picture.width ? 3 : 2),
    side,
  };
}

/** Moves what is seen by a share of the crop's side: to the right and down where positive. */
export function moveCrop(crop: Crop, dx: number, dy: number, picture: Size): Crop {
  return clampCrop({ ...crop, x: crop.x - dx * crop.side, y: crop.y - dy * crop.side }, picture);
}

/**
 * Zooms in by `factor`, and leaves what lies at (u, v), in shares of the crop, where it is seen.
 */
export function zoomCrop(crop: Crop, factor: number, u: number, v: number, picture: Size): Crop {
  const largest = largestSide(picture);
  const side = clamp(crop.side / factor, largest * SMALLEST_SHARE, largest);
  return clampCrop(
    { x: crop.x + u * (crop.side - side), y: crop.y + v * (crop.side - side), side },
    picture,
  );
}

/** How far in a crop is: 0 the largest, 1 the smallest; even steps zoom by an even factor. */
export function zoomOf({ side }: Crop, picture: Size): number {
  return Math.log(side / largestSide(picture)) / Math.log(SMALLEST_SHARE);
}

/** Zooms about the middle to where `zoomOf` is `zoom`. */
export function zoomTo(crop: Crop, zoom: number, picture: Size): Crop {
  const side = largestSide(picture) * SMALLEST_SHARE ** clamp(zoom, 0, 1);
  return zoomCrop(crop, crop.side / side, 0.5, 0.5, picture);
}

/** Returns RGBA bytes as H×W×3 values in 0…1; what is transparent lies on white. */
export function fromRgba(rgba: ArrayLike<number>): Float32Array {
  const values = new Float32Array((rgba.length / 4) * 3);
  for (let i = 0, to = 0; i < rgba.length; i += 4) {
    const alpha = (rgba[i + 3] as number) / 255;
    for (let part = 0; part < 3; part++) {
      values[to++] = ((rgba[i + part] as number) / 255) * alpha + 1 - alpha;
    }
  }
  return values;
}
