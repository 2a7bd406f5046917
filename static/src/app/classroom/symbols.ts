// What the page's symbols mean: a list, and a note beside the one that the pointer is over.

export const SYMBOLS: readonly (readonly [string, string])[] = [
  ["x", "an image; its pixels lie between 0 and 1"],
  ["x̂", "its reconstruction"],
  ["z", "the latent variables: the few numbers that stand for an image"],
  ["μ", "the mean of the encoder’s answer: an image’s point on the map"],
  ["σ", "the standard deviation of the encoder’s answer in each direction of z"],
  ["ε", "standard normal noise; z = μ + σε is a sample of the encoder’s answer"],
  ["β", "the weight of the KL divergence in the loss"],
  ["q(z|x)", "the encoder’s answer: a normal distribution of z, given x"],
  ["p(z)", "the prior: z is standard normal before an image is seen"],
  ["p(x|z)", "the decoder’s answer: how probable ink is in each pixel, given z"],
  ["p(z|x)", "the true posterior, which q(z|x) approximates"],
  ["ELBO", "the evidence lower bound on log p(x): what training raises"],
  ["KL", "the Kullback–Leibler divergence of one distribution from another"],
];

const MEANINGS = new Map(SYMBOLS);
const MARKED = "mi, i, var, .symbol, .step b";

/** What of the article can be asked for its meaning by the keyboard: each symbol once a section. */
function markStops(): void {
  for (const section of document.querySelectorAll("main > section")) {
    const seen = new Set<string>();
    for (const element of section.querySelectorAll<HTMLElement>(MARKED)) {
      const symbol = element.textContent.trim();
      if (!MEANINGS.has(symbol) || seen.has(symbol) || element.closest("button, a, label"))
        continue;
      seen.add(symbol);
      element.tabIndex = 0;
    }
  }
}

/** Shows the meaning of a symbol of the text, a formula or a diagram that is pointed at or focused. */
export function explainSymbols(note: HTMLElement): void {
  markStops();
  let asked: Element | null = null;
  const show = ({ target }: Event): void => {
    const element = (target as Element).closest?.(MARKED);
    const meaning = MEANINGS.get(element?.textContent.trim() ?? "");
    note.hidden = meaning === undefined;
    asked?.removeAttribute("aria-describedby");
    asked = meaning === undefined ? null : (element ?? null);
    asked?.setAttribute("aria-describedby", note.id);
    if (element == null || meaning === undefined) return;
    note.textContent = `${element.textContent.trim()}: ${meaning}`;
    const { left, bottom } = element.getBoundingClientRect();
    note.style.left = `${Math.max(8, Math.min(left, innerWidth - note.offsetWidth - 8))}px`;
    note.style.top = `${bottom + 6}px`;
  };
  for (const event of ["pointerover", "focusin"]) document.addEventListener(event, show);
  const hide = (): void => {
    note.hidden = true;
  };
  // Where Tab has scrolled to, the note is about what it came to.
  document.addEventListener("scroll", () => {
    if (asked !== document.activeElement) hide();
  });
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") hide();
  });
}
