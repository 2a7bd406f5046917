// Tells when a section comes near the screen, and when it has left it.

/** Calls `start` once, when `element` is within about a screen of being seen. */
export function whenNear(element: Element, start: () => void): void {
  const observer = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      start();
    },
    { rootMargin: "100% 0px" },
  );
  observer.observe(element);
}

/** Resolves once `element` has been on the screen and is no longer. */
export function whenLeft(element: Element): Promise<void> {
  return new Promise((resolve) => {
    let seen = false;
    const observer = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting) seen = true;
      else if (seen) {
        observer.disconnect();
        resolve();
      }
    });
    observer.observe(element);
  });
}
