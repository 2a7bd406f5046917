// Fetches a file of a release and makes sure it is the file the manifest speaks of.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { stallWatch } from "../core/async/stall";
import type { FileEntry } from "../core/release/manifest";
import { EngineError } from "./engine";

/** What was last answered with an error, which a cache may have kept as it keeps the file. */
const refused = new Set<string>();

/**
 * Fetches `file` and checks its hash: one flipped bit in a model usually loads and draws nonsense.
 *
 * A file that arrived damaged is fetched once more, past every cache that may have the damage. The
 * hash is computed in script because `crypto.subtle` is missing on plain http.
 *
 * @param base what the manifest's relative URLs are relative to.
 * @throws EngineError in words for the reader.
 */
export async function fetchVerified(
  file: FileEntry,
  base: string,
  progress?: (share: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const url = new URL(file.url, base);
  const first = refused.has(url.href) ? "reload" : "default";
  for (const cache of [first, "reload"] as const) {
    const bytes = await fetchOnce(url, file.bytes, cache, progress);
    if (bytes !== null && bytesToHex(sha256(bytes)) === file.sha256) return bytes;
    await forget(url);
  }
  throw new EngineError("model", "its file arrives damaged");
}

/** Returns a file's bytes; null where it has more or fewer than `length`. */
async function fetchOnce(
  url: URL,
  length: number,
  cache: RequestCache,
  progress?: (share: number) => void,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const bytes = new Uint8Array(length);
  const { signal, moved, done } = stallWatch();
  let filled = 0;
  try {
    const response = await fetch(url, { cache, signal });
    if (response.ok) refused.delete(url.href);
    else refused.add(url.href);
    if (response.status === 404) throw new EngineError("gone", "the server does not have its file");
    if (!response.ok || response.body === null) {
      throw new EngineError("network", `the server cannot send its file now (${response.status})`);
    }
    const reader = response.body.getReader();
    for (;;) {
      const { done: ended, value } = await reader.read();
      if (ended) return filled === length ? bytes : null;
      moved();
      if (filled + value.length > length) {
        await reader.cancel();
        return null;
      }
      bytes.set(value, filled);
      filled += value.length;
      progress?.(filled / length);
    }
  } catch (error) {
    if (error instanceof EngineError) throw error;
    throw new EngineError(
      "network",
      signal.aborted
        ? "its file has stopped arriving; is the network slow or gone?"
        : "the server cannot be reached; is the network gone?",
    );
  } finally {
    done();
  }
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
