// Recognises an image file by its first bytes, and says whether it can be opened here.

export interface PictureFile {
  readonly type: "png" | "jpeg" | "gif" | "webp" | "other";
  readonly animated: boolean;
  /** In pixels, before any rotation; null where the first bytes do not tell. */
  readonly size: { readonly width: number; readonly height: number } | null;
}

/** Bytes of a file that are read to recognise it: a JPEG's thumbnail and profile may come first. */
export const HEAD_BYTES = 1 << 20;
const MOST_BYTES = 100e6;
const MOST_PIXELS = 120e6;
/** The longer side in pixels, to which a larger picture is reduced while it is decoded. */
export const LONGEST_SIDE = 1600;

const text = (bytes: Uint8Array, at: number, length: number): string =>
  String.fromCharCode(...bytes.subarray(at, at + length));

/** Looks at the first bytes of a file; `bytes` may be all of it. */
export function inspectPicture(bytes: Uint8Array): PictureFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    if (text(bytes, 0, 8) === "\x89PNG\r\n\x1a\n") return png(bytes, view);
    if (bytes[0] === 0xff && bytes[1] === 0xd8) return jpeg(bytes, view);
    if (text(bytes, 0, 4) === "GIF8") return gif(bytes, view);
    if (text(bytes, 0, 4) === "RIFF" && text(bytes, 8, 4) === "WEBP") return webp(bytes, view);
  } catch (error) {
    // The file ends early; whoever decodes it will find that, too.
    if (!(error instanceof RangeError)) throw error;
  }
  return { type: "other", animated: false, size: null };
}

/** Chunks of a length, a name and that many bytes; an APNG has one called acTL before its pixels. */
function png(bytes: Uint8Array, view: DataView): PictureFile {
  const size = { width: view.getUint32(16), height: view.getUint32(20) };
  let animated = false;
  for (let at = 8; at + 8 <= bytes.length; at += 12 + view.getUint32(at)) {
    const name = text(bytes, at + 4, 4);
    if (name === "acTL") animated = view.getUint32(at + 8) > 1;
    if (name === "IDAT" || animated) break;
  }
  return { type: "png", animated, size };
}

/** Segments of a marker and a length; SOF0 … SOF15 but DHT, JPG and DAC hold the size. */
function jpeg(bytes: Uint8Array, view: DataView): PictureFile {
  for (let at = 2; at + 9 <= bytes.length; at += 2 + view.getUint16(at + 2)) {
    const marker = bytes[at + 1] as number;
    if (bytes[at] !== 0xff) break;
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      const size = { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
      return { type: "jpeg", animated: false, size };
    }
  }
  return { type: "jpeg", animated: false, size: null };
}

/** Blocks, of which those that begin with a comma are frames. */
function gif(bytes: Uint8Array, view: DataView): PictureFile {
  const size = { width: view.getUint16(6, true), height: view.getUint16(8, true) };
  const palette = (flags: number): number => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);
  let at = 13 + palette(bytes[10] as number);
  let frames = 0;
  while (at < bytes.length && frames < 2) {
    if (bytes[at] === 0x2c) {
      frames++;
      at += 11 + palette(bytes[at + 9] as number);
    } else if (bytes[at] === 0x21) at += 2;
    else break;
    while ((bytes[at] ?? 0) > 0) at += 1 + (bytes[at] as number);
    at++;
  }
  return { type: "gif", animated: frames > 1, size };
}

/** One chunk says all: VP8X with flags and size, or the bit stream of a plain picture. */
function webp(bytes: Uint8Array, view: DataView): PictureFile {
  const three = (at: number): number => view.getUint16(at, true) + ((bytes[at + 2] ?? 0) << 16);
  switch (text(bytes, 12, 4)) {
    case "VP8X":
      return {
        type: "webp",
        animated: ((bytes[20] as number) & 0x02) !== 0,
        size: { width: 1 + three(24), height: 1 + three(27) },
      };
    case "VP8L": {
      const bits = view.getUint32(21, true);
      const size = { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
      return { type: "webp", animated: false, size };
    }
    case "VP8 ": {
      const [width, height] = [view.getUint16(26, true), view.getUint16(28, true)];
      const size = { width: width & 0x3fff, height: height & 0x3fff };
      return { type: "webp", animated: false, size };
    }
    default:
      return { type: "webp", animated: false, size: null };
  }
}

/** Says in a sentence why a file is not opened; null where it can be tried. */
export function refusal({ size }: PictureFile, bytes: number): string | null {
  if (bytes === 0) return "This file is empty.";
  if (bytes > MOST_BYTES) {
    return `This file has ${Math.round(bytes / 1e6)} MB; up to ${MOST_BYTES / 1e6} can be opened here.`;
  }
  if (size === null) return null;
  const pixels = size.width * size.height;
  if (pixels === 0) return "This picture has no pixels.";
  if (pixels > MOST_PIXELS) {
    return `This picture has ${Math.round(pixels / 1e6)} megapixels; up to ${MOST_PIXELS / 1e6} can be opened here.`;
  }
  return null;
}

/** Returns the width to decode a picture at, or null where it is small enough as it is. */
export function decodeWidth({ size }: PictureFile): number | null {
  if (size === null) return null;
  const longest = Math.max(size.width, size.height);
  return longest > LONGEST_SIDE
    ? Math.max(1, Math.round((size.width * LONGEST_SIDE) / longest))
    : null;
}
