// A sheet of images: many of one size, row by row, as one large image.

export interface Shape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/**
 * Lays images side by side.
 *
 * @param images (columns · rows, H, W, C), row by row from the top left corner.
 * @returns (rows · H, columns · W, C).
 */
export function sheetOf(
  images: Float32Array,
  { height, width, channels }: Shape,
  columns: number,
  rows: number,
): Float32Array<ArrayBuffer> {
  const line = width * channels;
  const sheet = new Float32Array(columns * rows * height * line);
  for (let i = 0; i < columns * rows; i++) {
    const corner = Math.floor(i / columns) * height * columns * line + (i % columns) * line;
    for (let y = 0; y < height; y++) {
      const from = (i * height + y) * line;
      sheet.set(images.subarray(from, from + line), corner + y * columns * line);
    }
  }
  return sheet;
}
