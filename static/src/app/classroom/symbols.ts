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

/** Shows the meaning of a symbol of the text, a formula or a diagram that is pointed at or focused. */
export function explainSymbols(note: HTMLElement): void {
  const show = ({ target }: Event): void => {
    const element = (target as Element).closest?.(MARKED);
    const meaning = MEANINGS.get(element?.textContent.trim() ?? "");
    note.hidden = meaning === undefined;
    if (element == null || meaning === undefined) return;
    note.textContent = `${element.textContent.trim()}: ${meaning}`;
    const { left, bottom } = element.getBoundingClientRect();
    note.style.left = `${Math.max(8, Math.min(left, innerWidth - note.offsetWidth - 8))}px`;
    note.style.top = `${bottom + 6}px`;
  };
  for (const event of ["pointerover", "focusin"]) document.addEventListener(event, show);
  document.addEventListener("scroll", () => {
    note.hidden = true;
  });
}
