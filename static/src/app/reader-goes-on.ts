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
  const looked = performance.now() + LOOKED_MS;
  let timer: ReturnType<typeof setTimeout> | undefined;
  return new Promise<void>((resolve) => {
    const wait = (least: number): void => {
      clearTimeout(timer);
      timer = setTimeout(resolve, Math.max(least, looked - performance.now()));
    };
    wait(0);
    page.addEventListener("pointermove", () => wait(STILL_MS), options);
    for (const sign of SIGNS) page.addEventListener(sign, () => resolve(), options);
  }).finally(() => heard.abort());
}
