// Files that the lab makes in the browser: PNG and GIF.

import { type Animation, encodeGif } from "../../core/image/gif";
import { toRgba } from "../../core/image/pictures";
import type { Shape } from "../../core/image/sheet";

/** The page's own thread is given back after so long, well before a reader could feel it. */
const SLICE_MS = 10;

/**
 * Returns a PNG of an image H×W×C in 0…1.
 *
 * @param scale screen pixels along one image pixel; edges stay crisp.
 * @throws Error where the browser cannot make one.
 */
export async function pngOf(values: Float32Array, shape: Shape, scale = 1): Promise<Blob> {
  const { width, height, channels } = shape;
  const canvas = new OffscreenCanvas(width * scale, height * scale);
  const context = canvas.getContext("2d", { alpha: false });
  if (context === null) throw new Error("no canvas");
  const small = new ImageData(toRgba(values, channels), width, height);
  context.imageSmoothingEnabled = false;
  context.drawImage(await createImageBitmap(small), 0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob();
}

/** Returns a GIF, made in short slices so that the page goes on meanwhile. */
export async function gifOf(animation: Animation): Promise<Blob> {
  const work = encodeGif(animation);
  let since = performance.now();
  for (;;) {
    const { done, value } = work.next();
    if (done) return new Blob([value], { type: "image/gif" });
    if (performance.now() - since < SLICE_MS) continue;
    await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
  }
}
