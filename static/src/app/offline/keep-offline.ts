// Keeps the page for offline use, and says in the footer how far that is.

import { idle } from "../../core/async/idle";
import { required } from "../../figures/figure";
import { ownEdition } from "../outdated";
import { Keeper, type KeepReport } from "./keeper";

const RETRY_MS = 30_000;
/** A page that is busy for so long has a file kept meanwhile. */
const IDLE_MS = 2000;

/** Registers the service worker, and keeps the page's files until everything is there. */
export async function keepOffline(): Promise<void> {
  if (!isSecureContext || !("serviceWorker" in navigator)) return;
  const place = required<HTMLElement>(document, "#offline");
  const say = (text: string): void => {
    if (place.textContent !== text) place.textContent = text;
  };
  const progress = (share: number): Promise<void> => {
    say(`Being kept for offline use: ${percent(share)}.`);
    return idle(IDLE_MS);
  };
  try {
    await navigator.serviceWorker.register(new URL("sw.js", document.baseURI));
    const { active, scope } = await navigator.serviceWorker.ready;
    const keeper = new Keeper(scope, caches, (request) => fetch(request));
    for (;;) {
      await idle(IDLE_MS);
      const report = await navigator.locks.request(scope, () =>
        keeper.keep(!savesData(), progress),
      );
      say(sentence(report));
      active?.postMessage(ownEdition());
      if (report.state !== "offline" || report.share === 1) return;
      await networkBack();
    }
  } catch {
    say("This browser does not keep the page for offline use.");
  }
}

/** In steps: each is read out. */
const percent = (share: number): string => `${10 * Math.floor(10 * share)} %`;

function sentence({ state, share }: KeepReport): string {
  switch (state) {
    case "kept":
      return "Kept for offline use.";
    case "seen":
      return "To save data, only what you have seen is kept for offline use.";
    case "lacking":
      return "Kept for offline use, but for files that the server does not have.";
    case "offline":
      return `Kept for offline use: ${percent(share)}; the rest when the network is back.`;
    case "full":
      return `Kept for offline use: ${percent(share)}; this browser has no room for more.`;
  }
}

/** Whether nothing should be fetched that the reader has not asked for. */
function savesData(): boolean {
  const { connection } = navigator as {
    connection?: { saveData?: boolean; type?: string; effectiveType?: string };
  };
  return (
    connection?.saveData === true ||
    connection?.type === "cellular" ||
    /2g/.test(connection?.effectiveType ?? "") ||
    matchMedia("(prefers-reduced-data: reduce)").matches
  );
}

/** Resolves when the browser says that there is a network again, or after a while. */
function networkBack(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, RETRY_MS);
    addEventListener("online", () => resolve(), { once: true });
  });
}
