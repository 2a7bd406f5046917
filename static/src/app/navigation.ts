// Which section the reader is in: the link keeps it, the navigation shows it.

import { required } from "../figures/figure";
import { presentSections, SECTIONS } from "../sections";
import type { PageContext } from "./context";

const sections = (): HTMLElement[] =>
  presentSections().map(({ id }) => required<HTMLElement>(document, `#${id}`));

/** Scrolls to the section that the link names, unless it is the first. */
export function goToSection({ state }: PageContext): void {
  const wanted = sections().find(({ id }) => id === state.section);
  if (wanted === undefined) state.section = null;
  else wanted.scrollIntoView({ behavior: "instant" });
}

/**
 * Notes in the link and in the navigation which section crosses the middle of the screen.
 *
 * @returns what is to be called with a section that takes another's place.
 */
export function followSections(context: PageContext): (section: HTMLElement) => void {
  const first = SECTIONS[0].id;
  const observer = new IntersectionObserver(
    (entries) => {
      const id = entries.find((entry) => entry.isIntersecting)?.target.id;
      if (id === undefined) return;
      for (const link of document.querySelectorAll("nav a")) {
        const current = link.getAttribute("href") === `#${id}`;
        if (current) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
      const section = id === first ? null : id;
      if (section !== context.state.section) context.update({ section });
    },
    { rootMargin: "-50% 0px" },
  );
  for (const section of sections()) observer.observe(section);
  return (section) => observer.observe(section);
}
