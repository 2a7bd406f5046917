// Fetches a file of a release and makes sure it is the file the manifest speaks of.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { FileEntry } from "../core/release/manifest";
import { EngineError } from "./engine";

/**
 * Fetches `file` and checks its hash: one flipped bit in a model usually loads and draws nonsense.
 *
 * A damaged file is taken out of the service worker's cache, so that the next try gets another.
 * The hash is computed in script because `crypto.subtle` is missing on plain http.
 *
 * @param base what the manifest's relative URLs are relative to.
 * @throws EngineError ("model") in words for the reader.
 */
export async function fetchVerified(
  file: FileEntry,
  base: string,
  progress?: (share: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(file.bytes);
  const url = new URL(file.url, base);
  let filled = 0;
  try {
    const response = await fetch(url);
    if (!response.ok || response.body === null) {
      throw new EngineError("model", "its file is missing on the server");
    }
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (filled + value.length > bytes.length) {
        await forget(url);
        throw new EngineError("model", "its file is not the one this release was made with");
      }
      bytes.set(value, filled);
      filled += value.length;
      progress?.(filled / bytes.length);
    }
  } catch (error) {
    if (error instanceof EngineError) throw error;
    throw new EngineError("model", "the file could not be fetched; is the server still there?");
  }
  if (filled !== bytes.length || bytesToHex(sha256(bytes)) !== file.sha256) {
    await forget(url);
    throw new EngineError("model", "its file arrived damaged or cut short");
  }
  return bytes;
}

/** Evicts a file from what is kept for offline use; without such a cache there is none to clear. */
async function forget(url: URL): Promise<void> {
  if (typeof caches === "undefined") return;
  try {
    for (const name of await caches.keys()) await (await caches.open(name)).delete(url);
  } catch {
    // A browser that refuses its caches has kept nothing.
  }
}
