// Writes μ, σ, ε and z in their colours, which diagrams, formulas and programs have, too.

const NAMES: Readonly<Record<string, string>> = { μ: "mu", σ: "sigma", ε: "epsilon", z: "z" };
/** A symbol that stands alone, with its subscript. */
const SYMBOL = /((?<![a-z])[μσεz](?![a-z])[₀-₉]*)/u;

/** Replaces what an element says. */
export function writeSymbols(element: Element, text: string): void {
  if (text === element.textContent) return;
  const parts = text.split(SYMBOL).map((part) => {
    const name = NAMES[part[0] ?? ""];
    if (name === undefined || !SYMBOL.test(part)) return part;
    const symbol = document.createElement("i");
    symbol.className = `of-${name}`;
    symbol.textContent = part;
    return symbol;
  });
  element.replaceChildren(...parts);
}
