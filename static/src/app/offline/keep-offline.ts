// Has the service worker keep the page for offline use, and says in the footer how far that is.

import { required } from "../../figures/figure";
import { savesData } from "./data-saver";
import { editionId, type KeepReport, type KeepRequest } from "./offline-files";

/** The worker answers after a second or so; a browser may have stopped it, then it is asked again. */
const PATIENCE_MS = 60_000;
const RETRY_MS = 30_000;

/** Registers the service worker, and asks it for more until everything is kept. */
export async function keepOffline(): Promise<void> {
  if (!isSecureContext || !("serviceWorker" in navigator)) return;
  const place = required<HTMLElement>(document, "#offline");
  try {
    await navigator.serviceWorker.register(new URL("sw.js", document.baseURI));
    const registration = await navigator.serviceWorker.ready;
    const edition = editionId(embedded("#manifest"), embedded("#built"));
    const fetchAll = !savesData();
    for (let look = true; ; look = false) {
      await idle();
      if (registration.active === null) throw new Error("The service worker is gone.");
      const request: KeepRequest = { kind: "keep", look, fetchAll, edition };
      const report = await ask(registration.active, request);
      if (report === null) continue;
      say(place, sentence(report));
      if (report.state === "offline" && report.share < 1) await networkBack();
      else if (report.state !== "keeping") return;
    }
  } catch {
    say(place, "This browser does not keep the page for offline use.");
  }
}

function sentence({ state, share }: KeepReport): string {
  // In steps: each is read out.
  const percent = `${10 * Math.floor(10 * share)} %`;
  switch (state) {
    case "keeping":
      return `Being kept for offline use: ${percent}.`;
    case "kept":
      return "Kept for offline use.";
    case "seen":
      return "To save data, only what you have seen is kept for offline use.";
    case "lacking":
      return "Kept for offline use, but for files that the server does not have.";
    case "offline":
      return `Kept for offline use: ${percent}; the rest when the network is back.`;
    case "full":
      return `Kept for offline use: ${percent}; this browser has no room for more.`;
  }
}

function say(place: HTMLElement, text: string): void {
  if (place.textContent !== text) place.textContent = text;
}

function embedded(selector: string): string {
  return required<HTMLElement>(document, selector).textContent ?? "";
}

/** Sends a request; null where no answer comes. */
function ask(worker: ServiceWorker, request: KeepRequest): Promise<KeepReport | null> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PATIENCE_MS, null);
    port1.onmessage = (event: MessageEvent<KeepReport>) => {
      clearTimeout(timer);
      resolve(event.data);
    };
    worker.postMessage(request, [port2]);
  });
}

function idle(): Promise<void> {
  return new Promise((resolve) => {
    if ("requestIdleCallback" in globalThis)
      requestIdleCallback(() => resolve(), { timeout: 2000 });
    else setTimeout(resolve, 200);
  });
}

/** Resolves when the browser says that there is a network again, or after a while. */
function networkBack(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, RETRY_MS);
    const signal = AbortSignal.timeout(RETRY_MS);
    addEventListener("online", () => resolve(), { once: true, signal });
  });
}
