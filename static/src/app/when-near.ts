// Starts a section when it comes near the screen.

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
