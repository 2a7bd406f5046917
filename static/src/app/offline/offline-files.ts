// What offline use turns on: which files a page needs, read from its HTML, and the words that the
// page and the service worker exchange.

import type { FileEntry } from "../../core/release/manifest";

/** A page, and everything that it can ask for. */
export interface Edition {
  /** The same where the same files are needed. */
  id: string;
  files: FileEntry[];
  /** The URLs among them without which nothing of the page starts. */
  essential: string[];
}

/** Asks the service worker to keep more of the newest page for some moments. */
export interface KeepRequest {
  kind: "keep";
  /** Whether to look first which page is the newest: once a visit. */
  look: boolean;
  /** Whether to fetch what the browser does not have anyway. */
  fetchAll: boolean;
  /** The edition of the page that asks. */
  edition: string;
}

/**
 * How far keeping has come.
 *
 * `keeping`: ask again. `kept`: everything is there. `seen`: all that the browser had is.
 * `lacking`: all is there but some files that the server does not give as they should be.
 * `offline`: the network is gone. `full`: the browser has no more room.
 */
export interface KeepReport {
  state: "keeping" | "kept" | "seen" | "lacking" | "offline" | "full";
  /** In bytes, of what there is to keep; 0…1. */
  share: number;
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
    essential: assets.filter((url) => html.includes(`="${url}"`)),
  };
}

/** Names an edition by the two lists of its page: what is embedded as #manifest and as #built. */
export function editionId(manifest: string, built: string): string {
  const { release } = (parse(manifest) ?? {}) as { release?: string };
  return `${release ?? ""} ${built}`;
}

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
