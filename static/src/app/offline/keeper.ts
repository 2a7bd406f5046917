// What is kept for offline use, in two caches: files, which are named by their content and never
// change, and pages: the one that is shown offline, and a newer one whose files are still coming.
//
// A page takes the other's place once all that it needs is there, so offline there is always one
// release, whole. Only where there is no whole one yet, the part that starts the page will do.

import { type Edition, editionOf, type KeepReport, type KeepRequest } from "./offline-files";

/** For about so long a request to keep more is worked on; whoever asked asks again. */
const SLICE_MS = 1000;
/** So many files in a row that do not come mean that the network is gone. */
const FAILURES = 3;
const SHOWN = "?shown";
const COMING = "?coming";

interface Page {
  response: Response;
  edition: Edition;
}

type Outcome = "kept" | "lacking" | "unreachable";

export class Keeper {
  private readonly filesName: string;
  private readonly pagesName: string;
  private turn: Promise<unknown> = Promise.resolve();
  /** Of this edition the server did not give these files as they should be. */
  private readonly lacking = new Set<string>();

  /**
   * @param scope the folder of the page, as a URL: several pages may share an origin.
   * @param storage `caches`, or what stands for it in a test.
   */
  constructor(
    private readonly scope: string,
    private readonly storage: CacheStorage,
    private readonly fetch: (request: Request) => Promise<Response>,
  ) {
    this.filesName = `latent-atlas files ${scope}`;
    this.pagesName = `latent-atlas pages ${scope}`;
  }

  /** Returns the page to show offline. */
  async page(): Promise<Response | undefined> {
    return (await this.storage.open(this.pagesName)).match(this.scope + SHOWN);
  }

  /** Returns a kept file. */
  async file(url: string): Promise<Response | undefined> {
    return (await this.storage.open(this.filesName)).match(url, { ignoreVary: true });
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

  /** Keeps more of the newest page for some moments; requests are worked on one after another. */
  keep(request: KeepRequest): Promise<KeepReport> {
    const report = this.turn.then(() => this.keepNow(request));
    this.turn = report.catch(() => {});
    return report;
  }

  /** Removes the files that neither page needs, if the page open in `edition` is the one shown. */
  async prune(edition: string): Promise<void> {
    const shown = await this.read(SHOWN);
    if (shown === null || shown.edition.id !== edition) return;
    const coming = await this.read(COMING);
    const needed = new Set(
      [shown, coming].flatMap(
        (page) => page?.edition.files.map((file) => this.url(file.url)) ?? [],
      ),
    );
    const files = await this.storage.open(this.filesName);
    for (const { url } of await files.keys()) if (!needed.has(url)) await files.delete(url);
  }

  private async keepNow(request: KeepRequest): Promise<KeepReport> {
    if (request.look) await this.look();
    const page = (await this.read(COMING)) ?? (await this.read(SHOWN));
    if (page === null) return { state: "offline", share: 0 };
    const { files } = page.edition;
    const kept = await this.kept();
    let [failures, state] = [0, "kept" as KeepReport["state"]];
    const end = performance.now() + SLICE_MS;
    for (const file of files) {
      const url = this.url(file.url);
      if (kept.has(url) || this.lacking.has(url)) continue;
      // What only the HTTP cache is asked for comes at once, or not at all.
      if (request.fetchAll && performance.now() > end) {
        state = "keeping";
        break;
      }
      let outcome: Outcome;
      try {
        outcome = await this.fetchFile(url, file.sha256, request.fetchAll);
      } catch {
        state = "full"; // whatever else a cache may refuse, there is no keeping more
        break;
      }
      if (outcome === "kept") {
        kept.add(url);
        failures = 0;
      } else if (!request.fetchAll) {
        state = "seen";
      } else if (outcome === "lacking") {
        this.lacking.add(url);
      } else if (++failures === FAILURES) {
        state = "offline";
        break;
      }
    }
    if (state === "kept" && files.some((file) => !kept.has(this.url(file.url)))) state = "lacking";
    await this.show(page, kept);
    const total = files.reduce((sum, file) => sum + file.bytes, 0);
    const there = files.filter((file) => kept.has(this.url(file.url)));
    return { state, share: there.reduce((sum, file) => sum + file.bytes, 0) / Math.max(1, total) };
  }

  /** Looks which page is the newest; where none can be had, those there are stay. */
  private async look(): Promise<void> {
    this.lacking.clear();
    const response = await this.fetch(new Request(this.scope, { cache: "no-cache" })).catch(
      () => null,
    );
    if (response === null || response.status !== 200 || response.redirected) return;
    const html = await response.clone().text();
    if (editionOf(html) === null) return;
    const pages = await this.storage.open(this.pagesName);
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
    const pages = await this.storage.open(this.pagesName);
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
    const response = await (await this.storage.open(this.pagesName)).match(this.scope + name);
    const edition = response && editionOf(await response.clone().text());
    return response && edition ? { response, edition } : null;
  }

  private async kept(): Promise<Set<string>> {
    const files = await this.storage.open(this.filesName);
    return new Set((await files.keys()).map((request) => request.url));
  }

  /**
   * Fetches a file and keeps it if it is what its hash says.
   *
   * @param elsewhere whether to ask the network; if not, only the browser's own HTTP cache.
   * @throws DOMException when it cannot be stored.
   */
  private async fetchFile(url: string, sha256: string, elsewhere: boolean): Promise<Outcome> {
    // A damaged answer may have come from the HTTP cache: the second is the server's.
    const ways = elsewhere ? (["default", "reload"] as const) : (["only-if-cached"] as const);
    for (const cache of ways) {
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
    await (await this.storage.open(this.filesName)).put(url, copy);
    return true;
  }

  private url(relative: string): string {
    return new URL(relative, this.scope).href;
  }
}
