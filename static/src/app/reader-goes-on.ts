// Tells when the sections below may begin.

/** To have looked at the first map for so long is to go on, too. */
const LOOKED_MS = 2500;
/** But not while a pointer moves over it: models that start would keep its digits waiting. */
const STILL_MS = 400;
/** Hovering is not among them: it is what the first section is for. */
const SIGNS = ["scroll", "wheel", "pointerdown", "keydown", "focusin"] as const;

/** Resolves when the reader may be going to another section, or has been here for a while. */
export function readerGoesOn(page: EventTarget = window): Promise<void> {
  const heard = new AbortController();
  const options = { passive: true, signal: heard.signal };
  const since = performance.now();
  return new Promise<void>((resolve) => {
    let waiting = setTimeout(resolve, LOOKED_MS);
    const wait = (): void => {
      clearTimeout(waiting);
      const left = LOOKED_MS - (performance.now() - since);
      waiting = setTimeout(resolve, Math.max(STILL_MS, left));
    };
    page.addEventListener("pointermove", wait, options);
    for (const sign of SIGNS) page.addEventListener(sign, () => resolve(), options);
  }).finally(() => heard.abort());
}
