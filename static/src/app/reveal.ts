// Lays the later sections out one by one while nothing else is to be done.
//
// The style sheet skips their contents (content-visibility: auto), so that the first screen does not
// wait for the layout of twelve more. Then they are given their place, each in an idle moment of its
// own: what a reader, a search or a test asks of them from there on is the truth.
//
// Their choices and text fields are taken out until then. Once a page is parsed, Chromium's autofill
// asks where each of them is, which lays out, all at once, every section that has one. Both are worth
// their lines: on a desktop slowed four times the longest task before the first live digit is 190 ms
// with them, 340 ms with the fields left in, and 480 ms by content-visibility alone.

import { idle } from "../core/async/idle";

/** Meanwhile the points of the first map are drawn. */
const FIRST_MS = 300;
/** Between two sections there is time for a frame or two. */
const BETWEEN_MS = 60;
const FIELDS = "select, input[type=text]";

/** What keeps the place of each field that was taken out, by section. */
const takenOut = new WeakMap<HTMLElement, Map<Comment, Element>>();

const later = (): HTMLElement[] =>
  Array.from(document.querySelectorAll<HTMLElement>("main > section + section"));

/** Keeps the fields of the later sections until these are laid out: called while it is parsed. */
export function takeFieldsOut(): void {
  for (const section of later()) {
    const fields = new Map<Comment, Element>();
    for (const field of section.querySelectorAll(FIELDS)) {
      const place = document.createComment("field");
      field.replaceWith(place);
      fields.set(place, field);
    }
    takenOut.set(section, fields);
    // A reader who is there already, while the first model is still on its way, sees them, too.
    section.addEventListener("contentvisibilityautostatechange", (event) => {
      if (!(event as ContentVisibilityAutoStateChangeEvent).skipped) reveal(section);
    });
  }
}

/** Lays them out at once: for whoever goes into the middle of the page. */
export function revealNow(): void {
  holdStill(() => {
    for (const section of later()) layOut(section);
  });
}

/** Lays them out before a link scrolls to one of them, to a place that is reckoned beforehand. */
export function revealForLinks(): void {
  addEventListener("click", ({ target }) => {
    if (target instanceof Element && target.closest("a") !== null) revealNow();
  });
}

/** Lays them out one by one, first things first, or at once when the reader leaves the first. */
export async function revealInTurn(): Promise<void> {
  // Early enough for a jump: what the browser lays out around the place of arrival comes after it.
  addEventListener("scroll", revealNow, { once: true, passive: true });
  let pause = FIRST_MS;
  for (const section of later()) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    await idle(200);
    reveal(section);
    pause = BETWEEN_MS;
  }
}

/** Lays one out, if that has not happened: a section begins with all that its template has. */
export function reveal(section: HTMLElement): void {
  holdStill(() => layOut(section));
}

function layOut(section: HTMLElement): void {
  for (const [place, field] of takenOut.get(section) ?? []) place.replaceWith(field);
  takenOut.delete(section);
  section.style.contentVisibility = "visible";
}

/**
 * Does something above a reader who has scrolled, and leaves the reader's section where it was. The
 * browser's own scroll anchoring does not hold while that section is coming to life, and Safari has
 * none.
 */
function holdStill(change: () => void): void {
  const top = (section: Element): number => section.getBoundingClientRect().top;
  const read = scrollY > 0 ? later().findLast((section) => top(section) <= 1) : undefined;
  if (read === undefined) {
    change();
    return;
  }
  const before = top(read);
  change();
  const moved = top(read) - before;
  // Even a scroll by nothing would end one that is on its way.
  if (moved !== 0) scrollBy({ top: moved, behavior: "instant" });
}
