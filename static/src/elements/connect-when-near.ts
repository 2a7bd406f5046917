// Lets the elements of a far section wait with their first rendering until it comes near.
//
// A page of twelve sections has some two hundred of them; rendered at once they would hold up the
// first. While they wait their section, a child of <main>, has the class "waits", and the page
// styles them as it does before their script has run.

const CLASS = "waits";
/** The elements that wait, by section, and how to connect each. */
const waiting = new Map<Element, Map<Element, () => void>>();
const arrived = new WeakSet<Element>();

const observer = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) arrive(target);
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
  let elements = waiting.get(section);
  if (elements === undefined) {
    elements = new Map();
    waiting.set(section, elements);
    section.classList.add(CLASS);
    observer.observe(section);
  }
  elements.set(element, connect);
}

function arrive(section: Element): void {
  observer.unobserve(section);
  arrived.add(section);
  section.classList.remove(CLASS);
  for (const [element, connect] of waiting.get(section) ?? []) {
    if (element.isConnected) connect();
  }
  waiting.delete(section);
}
