// The service worker: files that never change come from its cache first, the page from the network
// first, and everything else it leaves alone. What is kept, and when, is the keeper's, which is at
// work in the page.

import { Keeper } from "./app/offline/keeper";

declare const self: ServiceWorkerGlobalScope;

/** A network that has not answered by then is as good as none, where the page is kept. */
const PATIENCE_MS = 5000;

const { scope } = self.registration;
const keeper = new Keeper(scope, caches, (request) => fetch(request));

self.addEventListener("install", () => {
  void self.skipWaiting(); // any version can read what any other has kept
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(scope)) return;
  const path = new URL(request.url).pathname.slice(new URL(scope).pathname.length);
  if (request.mode === "navigate") {
    if (path === "" || path === "index.html") event.respondWith(page(request));
  } else if (/^(assets\/.*-[\w-]{8}\.\w+|models\/objects\/.*)$/.test(path)) {
    // The keeper's own requests say where to look for a file.
    const isKeepers = ["force-cache", "reload", "only-if-cached"].includes(request.cache);
    if (!isKeepers && !request.headers.has("range")) event.respondWith(file(event));
  }
});

// A page that has kept what it needs tells its edition.
self.addEventListener("message", (event) => event.waitUntil(prune(event.data as string)));

async function page(request: Request): Promise<Response> {
  const kept = await keeper.page();
  if (kept === undefined) return fetch(request);
  const fresh = fetch(request).then(
    (response) => (response.status < 500 ? response : kept),
    () => kept,
  );
  const tired = new Promise<Response>((resolve) => setTimeout(resolve, PATIENCE_MS, kept));
  return Promise.race([fresh, tired]);
}

async function file(event: FetchEvent): Promise<Response> {
  const { url } = event.request;
  const kept = await keeper.file(url);
  if (kept !== undefined) return kept;
  const response = await fetch(event.request);
  // A failure only means that it is not kept.
  event.waitUntil(keeper.keepSeen(url, response.clone()).catch(() => {}));
  return response;
}

async function prune(edition: string): Promise<void> {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  // Another page may be of an older release, and come to ask for its files.
  if (pages.filter(({ url }) => url.startsWith(scope)).length < 2) await keeper.prune(edition);
}
