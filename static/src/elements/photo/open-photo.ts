// Opens a picture's file or a camera's frame as a bitmap: in this browser, and nothing is sent.

import {
  decodeWidth,
  HEAD_BYTES,
  LONGEST_SIDE,
  refusal,
  sizeOfPicture,
} from "../../core/image/picture-file";

/**
 * Opens a file as a bitmap, and a remark for the reader, or "".
 *
 * @throws Error whose message is a sentence for the reader, where it is not a picture or is too large.
 */
export async function openPhoto(file: Blob): Promise<{ bitmap: ImageBitmap; note: string }> {
  const head = await file
    .slice(0, HEAD_BYTES)
    .arrayBuffer()
    .catch(() => {
      throw new Error("This file cannot be read. Was it moved, or is it a folder?");
    });
  const size = sizeOfPicture(new Uint8Array(head));
  const refused = refusal(size, file.size);
  if (refused !== null) throw new Error(refused);
  const bitmap = await decode(file, decodeWidth(size)).catch(() => null);
  if (bitmap === null) {
    if (size === null) throw new Error("This browser cannot open this file as a picture.");
    throw new Error("This picture cannot be opened: its file is damaged, or too large.");
  }
  const note = "This picture is animated; only its first frame is used.";
  return { bitmap, note: (await isAnimated(file)) ? note : "" };
}

/** False, too, where the browser cannot tell. */
async function isAnimated(file: Blob): Promise<boolean> {
  if (typeof ImageDecoder === "undefined") return false;
  try {
    const decoder = new ImageDecoder({ type: file.type, data: await file.arrayBuffer() });
    await decoder.tracks.ready;
    const animated = decoder.tracks.selectedTrack?.animated === true;
    decoder.close();
    return animated;
  } catch {
    return false;
  }
}

/** Decodes a file, upright as its camera was held; to a width where that is known beforehand. */
async function decode(file: Blob, width: number | null): Promise<ImageBitmap> {
  const options = { imageOrientation: "from-image", resizeQuality: "high" } as const;
  const resized = width === null ? options : { ...options, resizeWidth: width };
  const bitmap = await createImageBitmap(file, resized);
  const longest = Math.max(bitmap.width, bitmap.height);
  if (longest <= LONGEST_SIDE) return bitmap;
  // Of a kind whose size was not known beforehand, or turned by a right angle.
  const smaller = Math.round((bitmap.width * LONGEST_SIDE) / longest);
  return createImageBitmap(bitmap, { resizeWidth: Math.max(1, smaller), resizeQuality: "high" });
}

/** @throws Error whose message is a sentence for the reader. */
export async function openCamera(): Promise<MediaStream> {
  // Missing where the page is not served securely.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (devices === undefined) {
    throw new Error("This browser offers no camera to this page.");
  }
  try {
    return await devices.getUserMedia({ video: { facingMode: "user" }, audio: false });
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    if (name === "NotAllowedError") throw new Error("The camera was not allowed.");
    if (name === "NotFoundError") throw new Error("No camera was found.");
    throw new Error("The camera does not respond. Is another program using it?");
  }
}

export function closeCamera(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/**
 * Returns the RGBA bytes of a square of a picture, scaled to size × size.
 *
 * It is halved repeatedly: browsers skip pixels when they shrink a picture a lot in one step.
 */
export function shrink(
  picture: CanvasImageSource,
  { x, y, side }: { x: number; y: number; side: number },
  size: number,
): Uint8ClampedArray {
  let source = picture;
  let from = { x, y, side };
  for (;;) {
    const to = Math.max(size, Math.ceil(from.side / 2));
    const canvas = document.createElement("canvas");
    canvas.width = to;
    canvas.height = to;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (context === null) throw new Error("This browser cannot draw pictures.");
    context.imageSmoothingQuality = "high";
    context.drawImage(source, from.x, from.y, from.side, from.side, 0, 0, to, to);
    if (to === size) return context.getImageData(0, 0, size, size).data;
    source = canvas;
    from = { x: 0, y: 0, side: to };
  }
}
