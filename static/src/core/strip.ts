// Several images of one model as one, side by side.

/**
 * Sets n images (n, H, W, C) next to each other.
 *
 * @returns one image (H, n · W, C).
 */
export function sideBySide(
  images: Float32Array,
  image: { readonly height: number; readonly width: number; readonly channels: number },
): Float32Array {
  const row = image.width * image.channels;
  const size = image.height * row;
  const count = images.length / size;
  const strip = new Float32Array(images.length);
  for (let i = 0; i < count; i++) {
    for (let y = 0; y < image.height; y++) {
      const from = i * size + y * row;
      strip.set(images.subarray(from, from + row), (y * count + i) * row);
    }
  }
  return strip;
}
