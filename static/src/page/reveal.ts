// Lays the later sections out one by one while nothing else is to be done.
//
// The style sheet skips their contents (content-visibility: auto), so that the first screen does not
// wait for the layout of twelve more. While its model loads they are given their place, each in an
// idle moment of its own: what a reader, a search or a test then asks of them is the truth.

const later = (): HTMLElement[] =>
  Array.from(document.querySelectorAll<HTMLElement>("main > section + section"));

/** Lays them out at once: for a link into the middle of the page. */
export function revealNow(): void {
  for (const section of later()) reveal(section);
}

/** Lays them out one by one, first things first. */
export function revealInTurn(): void {
  const rest = later();
  const next = (): void => {
    const section = rest.shift();
    if (section === undefined) return;
    reveal(section);
    whenIdle(next);
  };
  whenIdle(next);
}

function reveal(section: HTMLElement): void {
  section.style.contentVisibility = "visible";
}

/** Safari has no idle callbacks. */
const whenIdle: (run: () => void) => void =
  typeof requestIdleCallback === "function"
    ? (run) => void requestIdleCallback(run, { timeout: 200 })
    : (run) => void setTimeout(run, 30);
