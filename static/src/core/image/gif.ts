// A GIF from images of a model, losslessly where they are grey.

import { applyPalette, GIFEncoder, quantize } from "gifenc";
import { toBytes, toRgba } from "./pictures";

export interface Animation {
  /** Images H×W×C in 0…1. */
  readonly frames: readonly Float32Array[];
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** Screen pixels along one image pixel: a whole number. */
  readonly scale: number;
  /** Milliseconds that a frame stays, and the last one. */
  readonly delay: number;
  readonly lastDelay: number;
}

const COLOURS = 256;
const GREYS = Array.from({ length: COLOURS }, (_, grey) => [grey, grey, grey]);

/**
 * Encodes an animation that repeats for ever.
 *
 * It yields after each frame, so that whoever runs it on the page's own thread can let go in
 * between, and returns the file.
 */
export function* encodeGif({
  frames,
  width,
  height,
  channels,
  scale,
  delay,
  lastDelay,
}: Animation): Generator<void, Uint8Array<ArrayBuffer>> {
  const gif = GIFEncoder();
  for (const [i, frame] of frames.entries()) {
    const { indices, palette } = indexed(frame, channels);
    gif.writeFrame(enlarge(indices, width, height, scale), width * scale, height * scale, {
      // One palette for all frames, or one for each.
      ...((i === 0 || channels > 1) && { palette }),
      delay: i === frames.length - 1 ? lastDelay : delay,
    });
    yield;
  }
  gif.finish();
  return gif.bytes().slice();
}

function indexed(
  image: Float32Array,
  channels: number,
): { indices: Uint8Array; palette: number[][] } {
  if (channels === 1) return { indices: Uint8Array.from(toBytes(image)), palette: GREYS };
  const rgba = toRgba(image, channels);
  const palette = quantize(rgba, COLOURS);
  return { indices: applyPalette(rgba, palette), palette };
}

/** Repeats each pixel `scale` times along both sides. */
function enlarge(pixels: Uint8Array, width: number, height: number, scale: number): Uint8Array {
  const wide = width * scale;
  const large = new Uint8Array(wide * height * scale);
  for (let i = 0; i < large.length; i++) {
    const row = Math.floor(i / wide / scale);
    large[i] = pixels[row * width + Math.floor((i % wide) / scale)] as number;
  }
  return large;
}
