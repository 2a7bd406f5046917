// Tells when a section comes near the screen, and when it has left it.

/**
 * Calls `start` once, when `element` is within about a screen of being seen.
 *
 * @param margin another distance from the screen, as CSS writes it: "0px" waits until it is seen.
 */
export function whenNear(element: Element, start: () => void, margin = "100% 0px"): void {
  const observer = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      start();
    },
    { rootMargin: margin },
  );
  observer.observe(element);
}

/** Resolves once `element` has been on the screen and is no longer. */
export function whenLeft(element: Element): Promise<void> {
  return new Promise((resolve) => {
    let seen = false;
    const observer = new IntersectionObserver((entries) => {
      for (const { isIntersecting } of entries) {
        if (isIntersecting) seen = true;
        else if (seen) {
          observer.disconnect();
          resolve();
        }
      }
    });
    observer.observe(element);
  });
}
