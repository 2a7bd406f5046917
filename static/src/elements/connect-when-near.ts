// Lets the elements of a far section wait with their first rendering until it comes near.
//
// A page of twelve sections has some two hundred of them; rendered at once they would hold up the
// first. While they wait their section, a child of <main>, has the class "waits", and the page
// styles them as it does before their script has run.

const arrived = new WeakSet<Element>();

const observer = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      observer.unobserve(target);
      arrived.add(target);
      target.classList.remove("waits");
      target.dispatchEvent(new Event("near"));
    }
  },
  { rootMargin: "100% 0px" },
);

/** Calls `connect` now, or once the section of `element` is within about a screen of being seen. */
export function connectWhenNear(element: Element, connect: () => void): void {
  const section = element.closest("main > section");
  const isFirst = section?.previousElementSibling === null;
  if (section === null || isFirst || arrived.has(section)) {
    connect();
    return;
  }
  section.classList.add("waits");
  observer.observe(section);
  const arrive = (): void => {
    if (element.isConnected) connect();
  };
  section.addEventListener("near", arrive, { once: true });
}
