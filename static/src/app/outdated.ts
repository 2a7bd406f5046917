// Tells a page that is out of date: it asks for a file that is gone, and the server has another page.

import { onlyReloadHelps } from "../elements/again";
import { EngineError } from "../engine/engine";
import { LocalEngine } from "../engine/local";
import { required } from "../figures/figure";
import { editionId, editionOf } from "./offline/offline-files";

/** Runs models and reads files here; where one is gone because the page is out of date, says so. */
export class DatedEngine extends LocalEngine {
  override run(...asked: Parameters<LocalEngine["run"]>): Promise<unknown> {
    return super.run(...asked).catch(rethrow);
  }

  override file(...asked: Parameters<LocalEngine["file"]>): Promise<unknown> {
    return super.file(...asked).catch(rethrow);
  }
}

/** @throws the error; of a file that is gone, what that means for the page. */
export async function rethrow(error: unknown): Promise<never> {
  if (!(error instanceof EngineError && error.reason === "gone" && (await isOutdated()))) {
    throw error;
  }
  onlyReloadHelps();
  throw new EngineError("gone", "this page is out of date, a newer one has taken its place");
}

/** Returns the edition of this page. */
export function ownEdition(): string {
  const embedded = (id: string): string => required(document, `#${id}`).textContent ?? "";
  return editionId(embedded("manifest"), embedded("built"));
}

async function isOutdated(): Promise<boolean> {
  const html = await fetch(document.baseURI, { cache: "no-cache" }).then(
    (response) => (response.ok ? response.text() : ""),
    () => "",
  );
  const served = editionOf(html);
  return served !== null && served.id !== ownEdition();
}
