// Starts a section when it comes near the screen.

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
