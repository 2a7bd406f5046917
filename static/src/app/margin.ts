// Beside whatever the reader looks at: all sections, those above and below, and a link to what is seen.
//
// Wide windows have a margin for it. Narrow ones have not: there a scroll up calls the list of sections.

import { settled } from "../core/async/settled";
import { copyText } from "../elements/copy-text";
import { required } from "../figures/figure";
import { presentSections } from "../sections";
import type { PageContext } from "./context";

const TOLD_MS = 4000;
/** Pixels: less is no scroll of the reader's. */
const LEAST_SCROLL = 8;

/**
 * Starts the margin's buttons.
 *
 * @returns what is to be called with the id of each section that the reader comes to.
 */
export function startMargin(context: PageContext): (id: string) => void {
  const place = required<HTMLElement>(document, "#margin");
  const status = required<HTMLElement>(place, "[role=status]");
  const forget = settled(TOLD_MS, () => {
    status.textContent = "";
  });
  const contents = required<HTMLElement>(document, "#contents");
  for (const link of document.querySelectorAll("nav a")) contents.append(link.cloneNode(true));
  contents.addEventListener("click", () => contents.hidePopover());
  let y = scrollY;
  addEventListener(
    "scroll",
    () => {
      if (Math.abs(scrollY - y) < LEAST_SCROLL) return;
      place.classList.toggle("called", scrollY < y);
      y = scrollY;
    },
    { passive: true },
  );
  required(place, ".copy").addEventListener("click", async () => {
    context.writeLink();
    status.textContent = (await copyText(location.href))
      ? "Copied: the link opens at this figure, as it is now."
      : "This browser does not let the page copy. The link is in the address bar.";
    forget(null);
  });
  const ids = presentSections().map(({ id }) => id);
  return (id) => {
    place.hidden = false;
    for (const link of place.querySelectorAll("a")) {
      // From the first section, up is to its head.
      const to = ids[Math.max(0, ids.indexOf(id) + Number(link.dataset.step))];
      link.hidden = to === undefined;
      if (to === undefined) continue;
      const title = required(document, `nav a[href="#${to}"]`).textContent;
      link.href = `#${to}`;
      link.title = link.ariaLabel = `${link.dataset.name}: ${title}`;
    }
  };
}
