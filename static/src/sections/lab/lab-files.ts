// Files that the lab makes in the browser: PNG, GIF, JSON.

import { type Animation, encodeGif } from "../../core/image/gif";
import { toRgba } from "../../core/image/pictures";
import type { Shape } from "../../core/image/sheet";

/** The page's own thread is given back after so long, well before a reader could feel it. */
const SLICE_MS = 10;
/** A browser may still be reading what it saves. */
const KEEP_MS = 60_000;

/** Has the browser save a file. */
export function save(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEEP_MS);
}

/**
 * Returns a PNG of an image H×W×C in 0…1.
 *
 * @param scale screen pixels along one image pixel; edges stay crisp.
 * @throws Error where the browser cannot make one.
 */
export async function pngOf(values: Float32Array, shape: Shape, scale = 1): Promise<Blob> {
  const { width, height, channels } = shape;
  const small = canvasOf(width, height);
  small.putImageData(new ImageData(toRgba(values, channels), width, height), 0, 0);
  const large = scale === 1 ? small : canvasOf(width * scale, height * scale);
  if (scale !== 1) {
    large.imageSmoothingEnabled = false;
    large.drawImage(small.canvas, 0, 0, width * scale, height * scale);
  }
  return new Promise((resolve, reject) => {
    large.canvas.toBlob((file) => (file === null ? reject(new Error("no PNG")) : resolve(file)));
  });
}

function canvasOf(width: number, height: number): CanvasRenderingContext2D {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { alpha: false });
  if (context === null) throw new Error("no canvas");
  return context;
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

export function jsonOf(value: unknown): Blob {
  return new Blob([JSON.stringify(value, null, 2)], { type: "application/json" });
}
