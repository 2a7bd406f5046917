// The line at the top of the page that says what was left out of a link.

import { DEFAULT_STATE, nameInLink, type PageState } from "../core/link/url-state";
import { required } from "../figures/figure";
import type { PageContext } from "./context";

/** Adds a sentence to the page's note. */
export function notice(text: string): void {
  const place = required<HTMLElement>(document, "#notice");
  place.textContent = `${place.textContent ?? ""} ${text}`.trim();
  place.hidden = false;
}

/** Puts what a link says and this release does not have back to its default, and names it. */
export function leaveOut(context: PageContext, ...keys: (keyof PageState)[]): void {
  const said = keys.filter((key) => context.state[key] !== DEFAULT_STATE[key]);
  const names = said.map(nameInLink).join(", ");
  context.update(Object.fromEntries(keys.map((key) => [key, DEFAULT_STATE[key]])));
  notice(`Part of this link does not fit this release and is left out: ${names}.`);
}
