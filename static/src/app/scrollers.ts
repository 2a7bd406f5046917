// Boxes that scroll because the screen is narrow: only there each is a tab stop, and has a name.

const BOXES =
  ".scroll:not([tabindex]), .formula, math[display=block], .latents:not([role]), .step pre";

const watched = new ResizeObserver((entries) => {
  for (const { target } of entries) mark(target as HTMLElement);
});

/** Follows all boxes that may have to scroll. */
export function nameScrollers(root: ParentNode): void {
  for (const box of root.querySelectorAll(BOXES)) watched.observe(box);
}

function mark(box: HTMLElement): void {
  const { overflowX, overflowY } = getComputedStyle(box);
  const scrolls =
    (overflowX === "auto" && box.scrollWidth > box.clientWidth + 1) ||
    (overflowY === "auto" && box.scrollHeight > box.clientHeight + 1);
  if (scrolls === box.hasAttribute("data-scrolls")) return;
  box.toggleAttribute("data-scrolls", scrolls);
  if (scrolls) box.tabIndex = 0;
  else box.removeAttribute("tabindex");
  const caption = box.querySelector("caption")?.textContent.split(/[.;:]/)[0]?.trim();
  const step = box.closest("details")?.querySelector("summary")?.textContent.trim();
  const heading = box.closest("section, .part")?.querySelector("h2, h3")?.textContent.trim();
  const isFormula = box.localName === "math";
  const name = isFormula ? box.textContent.trim() : (caption ?? step ?? heading ?? "More");
  const attributes = { role: isFormula ? "math" : "group", "aria-label": `${name}, scrolls` };
  for (const [attribute, value] of Object.entries(attributes)) {
    if (scrolls) box.setAttribute(attribute, value);
    else box.removeAttribute(attribute);
  }
}
