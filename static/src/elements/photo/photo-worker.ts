// The worker that decodes a picture's file, so that fifty megapixels never hold up the page.

import { LONGEST_SIDE } from "../../core/image/picture-file";

/** A file, and the width to decode it at where that is known beforehand. */
export interface PhotoRequest {
  readonly file: Blob;
  readonly width: number | null;
}

/** The picture, upright as its camera was held; null where it cannot be decoded. */
export type PhotoReply = ImageBitmap | null;

addEventListener("message", async ({ data }: MessageEvent<PhotoRequest>) => {
  const bitmap = await decode(data).catch(() => null);
  postMessage(bitmap satisfies PhotoReply, { transfer: bitmap === null ? [] : [bitmap] });
});

async function decode({ file, width }: PhotoRequest): Promise<ImageBitmap> {
  const options: ImageBitmapOptions = { imageOrientation: "from-image", resizeQuality: "high" };
  const bitmap = await createImageBitmap(
    file,
    width === null ? options : { ...options, resizeWidth: width },
  );
  const longest = Math.max(bitmap.width, bitmap.height);
  if (longest <= LONGEST_SIDE) return bitmap;
  // Of a kind whose size was not known beforehand, or turned by a right angle.
  const smaller = await createImageBitmap(bitmap, {
    resizeWidth: Math.max(1, Math.round((bitmap.width * LONGEST_SIDE) / longest)),
    resizeQuality: "high",
  });
  bitmap.close();
  return smaller;
}
