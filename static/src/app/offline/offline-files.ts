// Which files a page needs for offline use, read from its HTML.

import type { FileEntry } from "../../core/release/manifest";

export interface Edition {
  /** The same where the same files are needed. */
  id: string;
  files: FileEntry[];
  /** The URLs among them without which nothing of the page starts. */
  essential: string[];
}

/** Returns the edition that a page's HTML stands for; null where it is not a page of ours. */
export function editionOf(html: string): Edition | null {
  const manifest = parse(embedded(html, "manifest"));
  const built = parse(embedded(html, "built"));
  if (manifest === null || !Array.isArray(built)) return null;
  const files = new Map<string, FileEntry>();
  for (const file of fileEntries([built, manifest])) files.set(file.url, file);
  const assets = (built as FileEntry[]).map((file) => file.url);
  return {
    id: editionId(embedded(html, "manifest"), embedded(html, "built")),
    files: [...files.values()],
    // The licences are linked, and fetched only by whoever reads them.
    essential: assets.filter((url) => !url.endsWith(".txt") && html.includes(`="${url}"`)),
  };
}

/** Names an edition by the two lists of its page: what is embedded as #manifest and as #built. */
export const editionId = (manifest: string, built: string): string => `${manifest} ${built}`;

/** The server escapes every < within, so that the first end tag is the right one. */
function embedded(html: string, id: string): string {
  return (
    new RegExp(`<script type="application/json" id="${id}">([^<]*)</script>`).exec(html)?.[1] ?? ""
  );
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

/** Every file entry anywhere in a value: a newer release may have some that this page ignores. */
function* fileEntries(value: unknown): Generator<FileEntry> {
  if (typeof value !== "object" || value === null) return;
  if ("url" in value && "sha256" in value) yield value as FileEntry;
  for (const part of Object.values(value)) yield* fileEntries(part);
}
