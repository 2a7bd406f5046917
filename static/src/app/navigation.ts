// Which section and figure the reader is at: the link keeps it, the navigation shows it.

import { settled } from "../core/async/settled";
import { required } from "../figures/figure";
import { presentSections, SECTIONS } from "../sections";
import type { PageContext } from "./context";
import { startMargin } from "./margin";
import { figureNow } from "./place";

/** After the last scroll, the figure on the screen is noted. */
const SCROLLED_MS = 150;
/** Pixels of the navigation that are seen before the current section's name. */
const NAV_LEAD = 80;

/**
 * Notes in the link and in the navigation which section crosses the middle of the screen.
 *
 * @returns what is to be called with a section that takes another's place.
 */
export function followSections(context: PageContext): (section: HTMLElement) => void {
  const first = SECTIONS[0].id;
  const showMargin = startMargin(context);
  const observer = new IntersectionObserver(
    (entries) => {
      // A busy page is told of several frames at once: the last one counts.
      const id = entries.findLast((entry) => entry.isIntersecting)?.target.id;
      if (id === undefined) return;
      for (const link of document.querySelectorAll<HTMLElement>("nav a")) {
        if (link.getAttribute("href") !== `#${id}`) {
          link.removeAttribute("aria-current");
          continue;
        }
        link.setAttribute("aria-current", "true");
        // On a phone the line is longer than the screen.
        link.parentElement?.scrollTo({ left: link.offsetLeft - NAV_LEAD });
      }
      showMargin(id);
      const section = id === first ? null : id;
      if (section !== context.state.section) context.update({ section, figure: null });
    },
    { rootMargin: "-50% 0px" },
  );
  for (const { id } of presentSections()) observer.observe(required(document, `#${id}`));
  const note = settled(SCROLLED_MS, () => context.update({ figure: figureNow(context.state) }));
  addEventListener("scroll", () => note(null), { passive: true });
  // An entry of the history is left as it is then.
  const leave = (): void => context.writeLink();
  addEventListener("pagehide", leave);
  document.addEventListener(
    "click",
    ({ target }) => {
      if ((target as Element).closest?.('a[href^="#"]')) leave();
    },
    { capture: true },
  );
  return (section) => observer.observe(section);
}
