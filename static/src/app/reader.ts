// What the reader does that the page as a whole takes as a sign.

/** To look at the first map for so long is to go on, too. */
const REST_MS = 2500;
/** Hovering is not among them: it is what the first section is for. */
const SIGNS = ["scroll", "wheel", "pointerdown", "keydown", "focusin"] as const;

/** Resolves when the reader may be on the way to another section, or has been here for a while. */
export function readerGoesOn(): Promise<void> {
  const heard = new AbortController();
  return new Promise((resolve) => {
    const done = (): void => {
      heard.abort();
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(done, REST_MS);
    for (const sign of SIGNS) addEventListener(sign, done, { passive: true, signal: heard.signal });
  });
}
