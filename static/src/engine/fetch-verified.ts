// Fetches a file of a release and makes sure it is the file the manifest speaks of.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { FileEntry } from "../core/manifest";
import { EngineError } from "./engine";

/**
 * Fetches `file` and checks its hash: one flipped bit in a model usually loads and draws nonsense.
 *
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
  let filled = 0;
  try {
    const response = await fetch(new URL(file.url, base));
    if (!response.ok || response.body === null) {
      throw new EngineError("model", "its file is missing on the server");
    }
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (filled + value.length > bytes.length) {
        throw new EngineError("model", "its file is not the one this release was made with");
      }
      bytes.set(value, filled);
      filled += value.length;
      progress?.(filled / bytes.length);
    }
  } catch (error) {
    if (error instanceof EngineError) throw error;
    throw new EngineError("model", "its file could not be fetched; is the server still there?");
  }
  if (filled !== bytes.length || bytesToHex(sha256(bytes)) !== file.sha256) {
    throw new EngineError("model", "its file arrived damaged or cut short");
  }
  return bytes;
}
