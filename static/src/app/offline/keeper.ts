// What is kept for offline use, in two caches: files, which are named by their content and never
// change, and pages: the one that is shown offline, and a newer one whose files are still coming.
//
// A page takes the other's place once all that it needs is there, so offline there is always one
// release, whole. Only where there is no whole one yet, the part that starts the page will do.

import type { FileEntry } from "../../core/release/manifest";
import { type Edition, editionOf } from "./offline-files";

/** So many files in a row that do not come mean that the network is gone. */
const FAILURES = 3;
const SHOWN = "?shown";
const COMING = "?coming";

/**
 * How far keeping has come.
 *
 * `kept`: everything is there. `seen`: all that the browser had is. `lacking`: all is there but some
 * files that the server does not give as they should be. `offline`: the network is gone. `full`: the
 * browser has no more room.
 */
export interface KeepReport {
  state: "kept" | "seen" | "lacking" | "offline" | "full";
  /** In bytes, of what there is to keep; 0…1. */
  share: number;
}

interface Page {
  response: Response;
  edition: Edition;
}

export class Keeper {
  private readonly files: () => Promise<Cache>;
  private readonly pages: () => Promise<Cache>;

  /**
   * @param scope the folder of the page, as a URL: several pages may share an origin.
   * @param storage `caches`, or what stands for it in a test.
   */
  constructor(
    private readonly scope: string,
    storage: CacheStorage,
    private readonly fetch: (request: Request) => Promise<Response>,
  ) {
    this.files = () => storage.open(`latent-atlas files ${scope}`);
    this.pages = () => storage.open(`latent-atlas pages ${scope}`);
  }

  /** Returns the page to show offline. */
  async page(): Promise<Response | undefined> {
    return (await this.pages()).match(this.scope + SHOWN);
  }

  async file(url: string): Promise<Response | undefined> {
    return (await this.files()).match(url, { ignoreVary: true });
  }

  /** Keeps a file that the page has just fetched, unless it arrived damaged. */
  async keepSeen(url: string, response: Response): Promise<void> {
    if (response.status !== 200) return;
    const sha256 = await this.hashOf(url);
    if (sha256 === undefined) return;
    if (await this.put(url, response, sha256)) return;
    // A cache on the way may have the damage, too: the next reload is not to meet it again.
    const fresh = await this.fetch(new Request(url, { cache: "reload" }));
    if (fresh.status === 200) await this.put(url, fresh, sha256);
  }

  /** Removes the files that neither page needs, if the page open in `edition` is the one shown. */
  async prune(edition: string): Promise<void> {
    const shown = await this.read(SHOWN);
    if (shown === null || shown.edition.id !== edition) return;
    const coming = await this.read(COMING);
    const needed = [shown, coming].flatMap((page) => page?.edition.files ?? []);
    const urls = new Set(needed.map((file) => this.url(file.url)));
    const files = await this.files();
    for (const { url } of await files.keys()) if (!urls.has(url)) await files.delete(url);
  }

  /**
   * Keeps what the newest page needs.
   *
   * @param fetchAll whether to fetch what the browser does not have anyway.
   * @param progress is told the share that is there and waited for, before each file is fetched.
   */
  async keep(fetchAll: boolean, progress: (share: number) => Promise<void>): Promise<KeepReport> {
    await this.look();
    const page = (await this.read(COMING)) ?? (await this.read(SHOWN));
    if (page === null) return { state: "offline", share: 0 };
    const { files } = page.edition;
    const kept = new Set((await (await this.files()).keys()).map(({ url }) => url));
    const bytesOf = (some: readonly FileEntry[]): number =>
      some.reduce((sum, file) => sum + file.bytes, 0);
    const missing = (): FileEntry[] => files.filter((file) => !kept.has(this.url(file.url)));
    const share = (): number => 1 - bytesOf(missing()) / Math.max(1, bytesOf(files));
    let failures = 0;
    let stopped: KeepReport["state"] | null = null;
    for (const file of missing()) {
      if (fetchAll) await progress(share());
      const url = this.url(file.url);
      try {
        const outcome = await this.fetchFile(url, file.sha256, fetchAll);
        if (outcome === "kept") kept.add(url);
        failures = outcome === "unreachable" ? failures + 1 : 0;
      } catch {
        stopped = "full"; // whatever else a cache may refuse, there is no keeping more
      }
      if (fetchAll && failures === FAILURES) stopped = "offline";
      if (stopped !== null) break;
    }
    await this.show(page, kept);
    const whole = missing().length === 0 ? "kept" : fetchAll ? "lacking" : "seen";
    return { state: stopped ?? whole, share: share() };
  }

  /** Looks which page is the newest; where none can be had, those there are stay. */
  private async look(): Promise<void> {
    const request = new Request(this.scope, { cache: "no-cache" });
    const response = await this.fetch(request).catch(() => null);
    if (response?.status !== 200 || response.redirected) return;
    const html = await response.clone().text();
    if (editionOf(html) === null) return;
    const pages = await this.pages();
    if (html === (await (await this.page())?.text())) await pages.delete(this.scope + COMING);
    else await pages.put(this.scope + COMING, response);
  }

  /** Shows a page offline from now on, if everything that it needs is there. */
  private async show(page: Page, kept: ReadonlySet<string>): Promise<void> {
    const has = (urls: readonly string[]): boolean => urls.every((url) => kept.has(this.url(url)));
    const whole = ({ files }: Edition): boolean => has(files.map((file) => file.url));
    if (!whole(page.edition)) {
      const shown = await this.read(SHOWN);
      const better = shown === null || !whole(shown.edition);
      if (!better || !has(page.edition.essential)) return;
    }
    const pages = await this.pages();
    await pages.put(this.scope + SHOWN, page.response);
    if (whole(page.edition)) await pages.delete(this.scope + COMING);
  }

  /** Returns what a file's hash must be: an object has it in its name, a page says it of its own. */
  private async hashOf(url: string): Promise<string | undefined> {
    const named = /([0-9a-f]{64})\.[a-z0-9]+$/.exec(url)?.[1];
    if (named !== undefined) return named;
    const pages = [await this.read(COMING), await this.read(SHOWN)];
    const files = pages.flatMap((page) => page?.edition.files ?? []);
    return files.find((file) => this.url(file.url) === url)?.sha256;
  }

  private async read(name: string): Promise<Page | null> {
    const response = await (await this.pages()).match(this.scope + name);
    const edition = response && editionOf(await response.clone().text());
    return response && edition ? { response, edition } : null;
  }

  /**
   * Fetches a file and keeps it if it is what its hash says.
   *
   * @param elsewhere whether to ask the network; if not, only the browser's own HTTP cache.
   * @throws DOMException when it cannot be stored.
   */
  private async fetchFile(
    url: string,
    sha256: string,
    elsewhere: boolean,
  ): Promise<"kept" | "lacking" | "unreachable"> {
    // A damaged answer may have come from the HTTP cache: the second is the server's.
    const modes = elsewhere ? (["force-cache", "reload"] as const) : (["only-if-cached"] as const);
    for (const cache of modes) {
      const request = new Request(url, { cache, mode: "same-origin", priority: "low" });
      const response = await this.fetch(request).catch(() => null);
      if (response === null) return "unreachable";
      if (response.status !== 200) return "lacking";
      if (await this.put(url, response, sha256)) return "kept";
    }
    return "lacking";
  }

  /** Stores a response unless it was cut short or damaged; tells which. */
  private async put(url: string, response: Response, sha256: string): Promise<boolean> {
    const copy = response.clone();
    const body = await response.arrayBuffer().catch(() => null);
    if (body === null) return false;
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
    const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
    if (hex !== sha256) return false;
    await (await this.files()).put(url, copy);
    return true;
  }

  private url(relative: string): string {
    return new URL(relative, this.scope).href;
  }
}
