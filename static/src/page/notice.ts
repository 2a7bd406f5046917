// The line at the top of the page that says what was left out of a link.

import { required } from "./figure";

/** Adds a sentence to the page's note. */
export function notice(text: string): void {
  const place = required<HTMLElement>(document, "#notice");
  place.textContent = `${place.textContent ?? ""} ${text}`.trim();
  place.hidden = false;
}
