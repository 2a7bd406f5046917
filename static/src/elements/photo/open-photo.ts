// Opens a picture's file or a camera's frame as a bitmap: in this browser, and nothing is sent.

import { decodeWidth, HEAD_BYTES, inspectPicture, refusal } from "../../core/image/picture-file";
import type { PhotoReply, PhotoRequest } from "./photo-worker";

export interface OpenedPhoto {
  readonly bitmap: ImageBitmap;
  /** A remark for the reader, or "". */
  readonly note: string;
}

const UNREADABLE = "This browser cannot open this file as a picture.";
const MOVES = "This picture is animated; only its first frame is used.";

/**
 * Opens a file.
 *
 * @throws Error whose message is a sentence for the reader, where it is not a picture or is too large.
 */
export async function openPhoto(file: Blob): Promise<OpenedPhoto> {
  const head = await file
    .slice(0, HEAD_BYTES)
    .arrayBuffer()
    .catch(() => {
      throw new Error("This file cannot be read. Was it moved, or is it a folder?");
    });
  const found = inspectPicture(new Uint8Array(head));
  const refused = refusal(found, file.size);
  if (refused !== null) throw new Error(refused);
  const bitmap = await decode({ file, width: decodeWidth(found) });
  if (bitmap === null) {
    if (found.type === "other" || found.size === null) throw new Error(UNREADABLE);
    const megapixels = Math.round((found.size.width * found.size.height) / 1e6);
    throw new Error(
      megapixels > 1
        ? `This picture of ${megapixels} megapixels cannot be opened: it is damaged, or too large for this browser.`
        : "This picture cannot be opened: its file is damaged.",
    );
  }
  return { bitmap, note: found.animated ? MOVES : "" };
}

/** Decodes in a worker that ends with the answer, and its memory with it. */
function decode(request: PhotoRequest): Promise<PhotoReply> {
  const worker = new Worker(new URL("./photo-worker.ts", import.meta.url), { type: "module" });
  return new Promise<PhotoReply>((resolve) => {
    worker.addEventListener("message", ({ data }: MessageEvent<PhotoReply>) => resolve(data));
    worker.addEventListener("error", () => resolve(null));
    worker.postMessage(request);
  }).finally(() => worker.terminate());
}

/**
 * Asks for the camera.
 *
 * @throws Error whose message is a sentence for the reader.
 */
export async function openCamera(): Promise<MediaStream> {
  // Missing where the page is not served securely.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (devices?.getUserMedia === undefined) {
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
    const last = from.side <= 2 * size;
    const to = last ? size : Math.ceil(from.side / 2);
    const canvas = document.createElement("canvas");
    canvas.width = to;
    canvas.height = to;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (context === null) throw new Error("This browser cannot draw pictures.");
    context.imageSmoothingQuality = "high";
    context.drawImage(source, from.x, from.y, from.side, from.side, 0, 0, to, to);
    if (last) return context.getImageData(0, 0, size, size).data;
    source = canvas;
    from = { x: 0, y: 0, side: to };
  }
}
