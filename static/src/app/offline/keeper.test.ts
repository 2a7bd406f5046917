import { sha256 as digest } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { beforeEach, expect, test } from "vitest";
import { Keeper, type KeepReport } from "./keeper";
import { editionOf } from "./offline-files";

const SCOPE = "https://host/atlas/";

/** Enough of CacheStorage: one map a cache. */
class Storage {
  readonly caches = new Map<string, Map<string, Response>>();
  room = Number.POSITIVE_INFINITY;

  async open(name: string) {
    const entries = this.caches.get(name) ?? new Map<string, Response>();
    this.caches.set(name, entries);
    return {
      match: async (url: string) => entries.get(url)?.clone(),
      keys: async () => [...entries.keys()].map((url) => ({ url })),
      delete: async (url: string) => entries.delete(url),
      put: async (url: string, response: Response) => {
        if (this.room-- <= 0) throw new DOMException("full", "QuotaExceededError");
        entries.set(url, response);
      },
    };
  }

  files(): string[] {
    const names = [...(this.caches.get(`latent-atlas files ${SCOPE}`)?.keys() ?? [])];
    return names.map((url) => url.slice(SCOPE.length)).sort();
  }
}

/** What the server has, by path, and which paths were asked for how. */
let site: Map<string, string>;
let asked: [string, RequestCache][];
let online: boolean;
let httpCache: Map<string, string>;
let storage: Storage;
let keeper: Keeper;

async function answer({ url, cache }: Request): Promise<Response> {
  const path = url.slice(SCOPE.length);
  asked.push([path, cache]);
  const held = cache === "reload" || cache === "no-cache" ? undefined : httpCache.get(path);
  if (held !== undefined) return new Response(held);
  if (!online || cache === "only-if-cached") throw new TypeError("no network");
  const body = site.get(path);
  return body === undefined ? new Response("", { status: 404 }) : new Response(body);
}

/** Publishes a release of these objects with a build of these files; returns the page. */
function publish(release: string, contents: string[]): string {
  const entry = (folder: string, content: string) => {
    const sha256 = hash(content);
    const url = folder === "assets" ? `assets/${content}.js` : `models/objects/${sha256}.onnx`;
    site.set(url, content);
    return { url, sha256, bytes: content.length };
  };
  const built = JSON.stringify([entry("assets", `main-${release}`), entry("assets", "later")]);
  const files = contents.map((content) => entry("models", content));
  const page = `<script type="application/json" id="manifest">${JSON.stringify({ release, files })}</script>
    <script type="application/json" id="built">${built}</script>
    <script src="assets/main-${release}.js"></script>`;
  site.set("", page);
  return page;
}

function hash(content: string): string {
  return bytesToHex(digest(utf8ToBytes(content)));
}

function object(content: string): string {
  return `models/objects/${hash(content)}.onnx`;
}

async function keep(fetchAll = true): Promise<KeepReport> {
  return keeper.keep(fetchAll, async () => {});
}

async function shown(): Promise<string | undefined> {
  return (await keeper.page())?.text();
}

beforeEach(() => {
  site = new Map();
  httpCache = new Map();
  asked = [];
  online = true;
  storage = new Storage();
  keeper = new Keeper(SCOPE, storage as unknown as CacheStorage, answer);
});

test("everything the page can ask for is kept, and the page", async () => {
  const page = publish("r1", ["one", "two"]);
  expect(await keep()).toEqual({ state: "kept", share: 1 });
  expect(storage.files()).toEqual(
    ["assets/later.js", "assets/main-r1.js", object("one"), object("two")].sort(),
  );
  expect(await shown()).toBe(page);
  expect(await (await keeper.file(SCOPE + object("two")))?.text()).toBe("two");
});

test("what is there is not fetched again", async () => {
  publish("r1", ["one", "two"]);
  await keep();
  asked = [];
  await keep();
  expect(asked).toEqual([["", "no-cache"]]);
});

test("a new release takes the old one's place when all of it is there, and only then", async () => {
  const old = publish("r1", ["one", "two"]);
  await keep();
  const fresh = publish("r2", ["two", "three", "four"]);
  site.delete(object("four"));
  expect((await keep()).state).toBe("lacking");
  expect(await shown()).toBe(old);
  await keeper.prune(editionOf(old)?.id ?? "");
  expect(storage.files()).toContain(object("one")); // the old one's
  expect(storage.files()).toContain(object("three")); // need not be fetched again

  site.set(object("four"), "four");
  expect((await keep()).state).toBe("kept");
  expect(await shown()).toBe(fresh);
  await keeper.prune(editionOf(old)?.id ?? ""); // an open page of the old one may ask for more
  expect(storage.files()).toContain(object("one"));
  await keeper.prune(editionOf(fresh)?.id ?? "");
  expect(storage.files()).toEqual(
    ["assets/later.js", "assets/main-r2.js", ...["two", "three", "four"].map(object)].sort(),
  );
});

test("without a whole release, the one whose start is there is shown", async () => {
  const page = publish("r1", ["one", "two"]);
  site.delete(object("two"));
  expect((await keep()).state).toBe("lacking");
  expect(await shown()).toBe(page);
});

test("a page whose start is not there is not shown", async () => {
  publish("r1", ["one"]);
  site.delete("assets/main-r1.js");
  await keep();
  expect(await shown()).toBeUndefined();
});

test("a damaged file is not kept; a second try asks the server itself", async () => {
  publish("r1", ["one", "two"]);
  httpCache.set(object("one"), "damaged on the way");
  site.set(object("two"), "damaged on the server");
  expect((await keep()).state).toBe("lacking");
  expect(storage.files()).toContain(object("one"));
  expect(await (await keeper.file(SCOPE + object("one")))?.text()).toBe("one");
  expect(storage.files()).not.toContain(object("two"));
});

test("to save data, only what the browser has is kept", async () => {
  const page = publish("r1", ["one", "two"]);
  for (const path of ["assets/main-r1.js", object("two")])
    httpCache.set(path, site.get(path) ?? "");
  expect((await keep(false)).state).toBe("seen");
  expect(storage.files()).toEqual(["assets/main-r1.js", object("two")].sort());
  expect(await shown()).toBe(page);
  expect(asked.slice(1).every(([, cache]) => cache === "only-if-cached")).toBe(true);
  await keeper.keepSeen(SCOPE + object("one"), new Response("one"));
  await keeper.keepSeen(SCOPE + object("one"), new Response("", { status: 404 }));
  await keeper.keepSeen(`${SCOPE}assets/later.js`, new Response("later"));
  await keeper.keepSeen(`${SCOPE}assets/unknown.js`, new Response("unknown"));
  expect(storage.files()).toEqual(
    ["assets/later.js", "assets/main-r1.js", object("one"), object("two")].sort(),
  );
});

test("when the network goes, what came stays, and the rest comes later", async () => {
  publish("r1", ["one", "two", "three", "four"]);
  for (const path of ["assets/main-r1.js", "assets/later.js", object("one")]) {
    httpCache.set(path, site.get(path) ?? "");
  }
  await keep(false);
  online = false;
  const report = await keep();
  expect(report.state).toBe("offline");
  expect(report.share).toBeGreaterThan(0.3);
  online = true;
  expect(await keep()).toEqual({ state: "kept", share: 1 });
});

test("where there is no room the old release stays", async () => {
  const old = publish("r1", ["one"]);
  await keep();
  publish("r2", ["one", "two", "three"]);
  storage.room = 2;
  expect((await keep()).state).toBe("full");
  expect(await shown()).toBe(old);
});

test("a page that is not ours, as of a network to log in to, changes nothing", async () => {
  const page = publish("r1", ["one"]);
  await keep();
  site.set("", "<h1>Log in</h1>");
  expect(await keep()).toEqual({ state: "kept", share: 1 });
  expect(await shown()).toBe(page);
});
