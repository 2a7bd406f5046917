// The line at the top of the page that says what was left out of a link.

import { DEFAULT_STATE, nameInLink, type PageState } from "../core/link/url-state";
import { required } from "../figures/figure";
import type { PageContext } from "./context";

const leftOut = new Set<string>();

/** Names parts of a link that are not shown, after those that the line has already. */
export function noteLeftOut(names: readonly string[]): void {
  if (names.length === 0) return;
  for (const name of names) leftOut.add(name);
  const place = required<HTMLElement>(document, "#notice");
  place.textContent = `Part of this link was not understood, or does not fit this release, and is left out: ${[...leftOut].join(", ")}.`;
  place.hidden = false;
}

/** Puts what a link says and this release does not have back to its default, and names it. */
export function leaveOut(context: PageContext, ...keys: (keyof PageState)[]): void {
  noteLeftOut(keys.filter((key) => context.state[key] !== DEFAULT_STATE[key]).map(nameInLink));
  context.update(Object.fromEntries(keys.map((key) => [key, DEFAULT_STATE[key]])));
}
