// Reads the size of an image file from its first bytes, and says whether it can be opened here.

import type { Size } from "../geometry/viewport";

/** Bytes of a file that tell its size: a JPEG's thumbnail and profile may come first. */
export const HEAD_BYTES = 1 << 20;
const MOST_BYTES = 100e6;
const MOST_PIXELS = 120e6;
/** The longer side in pixels, to which a larger picture is reduced while it is decoded. */
export const LONGEST_SIDE = 1600;

/**
 * Returns the size in pixels, before any rotation, that the first bytes of a PNG, JPEG, GIF or WebP
 * tell; null where they do not.
 */
export function sizeOfPicture(bytes: Uint8Array): Size | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = (at: number, length: number): string =>
    String.fromCharCode(...bytes.subarray(at, at + length));
  try {
    if (text(0, 4) === "\x89PNG") return { width: view.getUint32(16), height: view.getUint32(20) };
    if (text(0, 2) === "\xff\xd8") return jpegSize(view);
    if (text(0, 4) === "GIF8") {
      return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
    }
    if (text(0, 4) === "RIFF" && text(8, 4) === "WEBP") return webpSize(view, text(12, 4));
  } catch (error) {
    // The file ends early; whoever decodes it will find that, too.
    if (!(error instanceof RangeError)) throw error;
  }
  return null;
}

/** Segments of a marker and a length; SOF0 … SOF15 but DHT, JPG and DAC hold the size. */
function jpegSize(view: DataView): Size {
  for (let at = 2; ; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint16(at) - 0xff00;
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    }
  }
}

/** The first chunk: VP8X, or the bit stream of a plain picture. */
function webpSize(view: DataView, chunk: string): Size | null {
  if (chunk === "VP8X") {
    const [width, height] = [view.getUint32(24, true) & 0xffffff, view.getUint32(26, true) >>> 8];
    return { width: 1 + width, height: 1 + height };
  }
  const lossy = chunk === "VP8 ";
  if (!lossy && chunk !== "VP8L") return null;
  const bits = view.getUint32(lossy ? 26 : 21, true);
  return lossy
    ? { width: bits & 0x3fff, height: (bits >>> 16) & 0x3fff }
    : { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
}

/** Says in a sentence why a file is not opened; null where it can be tried. */
export function refusal(size: Size | null, bytes: number): string | null {
  if (bytes === 0) return "This file is empty.";
  if (bytes > MOST_BYTES) {
    return `This file has ${Math.round(bytes / 1e6)} MB; up to ${MOST_BYTES / 1e6} can be opened here.`;
  }
  const pixels = size === null ? 1 : size.width * size.height;
  if (pixels === 0) return "This picture has no pixels.";
  if (pixels > MOST_PIXELS) {
    return `This picture has ${Math.round(pixels / 1e6)} megapixels; up to ${MOST_PIXELS / 1e6} can be opened here.`;
  }
  return null;
}

/** Returns the width to decode a picture at, or null where it is small enough as it is. */
export function decodeWidth(size: Size | null): number | null {
  const longest = size === null ? 0 : Math.max(size.width, size.height);
  return size !== null && longest > LONGEST_SIDE
    ? Math.max(1, Math.round((size.width * LONGEST_SIDE) / longest))
    : null;
}
