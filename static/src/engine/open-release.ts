// Finds the release that a folder on any host publishes, for figures on other pages.

import { type Manifest, parseManifest } from "../core/release/manifest";
import { EngineError } from "./engine";

/**
 * Reads the manifest of the current release of a folder, and makes the URLs in it absolute.
 *
 * @param folder its address, which ends with a slash: where `current.json` lies.
 * @throws EngineError when it cannot be had.
 */
export async function openRelease(folder: string): Promise<Manifest> {
  const pointer = JSON.parse(await text(new URL("current.json", folder))) as { release: string };
  const path = `releases/${encodeURIComponent(pointer.release)}/manifest.json`;
  const manifest = parseManifest(await text(new URL(path, folder)));
  // A manifest's URLs are relative to the page that lies beside the folder "models".
  makeAbsolute(manifest, (url) => new URL(url.replace(/^models\//, ""), folder).href);
  return manifest;
}

async function text(url: URL): Promise<string> {
  const response = await fetch(url, { cache: "no-cache" }).catch(() => null);
  if (response?.status === 404) throw new EngineError("gone", `there is no ${url.href}`);
  if (!response?.ok) {
    throw new EngineError(
      "network",
      `${url.origin} cannot be reached, or does not share its files`,
    );
  }
  return response.text();
}

/** Changes the URL of every file entry anywhere in a value. */
export function makeAbsolute(value: unknown, absolute: (url: string) => string): void {
  if (typeof value !== "object" || value === null) return;
  if ("url" in value && "sha256" in value) value.url = absolute(String(value.url));
  for (const part of Object.values(value)) makeAbsolute(part, absolute);
}
