// Test images that the server's machine has, to stand beside what models make of them.

import type { Model } from "../core/release/manifest";
import { EngineError } from "../engine/engine";

/**
 * Fetches images of the test set of a model's data, (n, H, W, C) in 0…1.
 *
 * @param indices of the images, 32 at most.
 * @throws EngineError
 */
export async function originals(
  { dataset }: Model,
  indices: readonly number[],
): Promise<Float32Array<ArrayBuffer>> {
  const url = new URL(`api/datasets/${dataset}/test?index=${indices}`, document.baseURI);
  const response = await fetch(url).catch(() => null);
  if (!response?.ok) throw new EngineError("network", "the server cannot send them now");
  return Float32Array.from(new Uint8Array(await response.arrayBuffer()), (byte) => byte / 255);
}
