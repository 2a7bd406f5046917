// Tries again what failed: at growing intervals, when the network returns, when the element that
// says so comes into view, and when the reader asks.

const FIRST_MS = 2000;
const LONGEST_MS = 60_000;

interface Waiting {
  /** By what each is for. */
  readonly attempts: Map<string, () => void>;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** Whether the page is out of date: buttons reload it. What it lacks is tried for all the same. */
export let isOutdated = false;

export function onlyReloadHelps(): void {
  isOutdated = true;
}

const waiting = new Map<Element, Waiting>();
/** How long an element waits the next time (ms), longer with every attempt of its timer. */
const delays = new WeakMap<Element, number>();

/** Was out of sight when it was last looked at. */
const hidden = new WeakSet<Element>();
const sight = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) hidden.add(target);
    else if (hidden.delete(target)) runNow(target);
  }
});

/**
 * Runs `attempt` at the next occasion; one that fails has to ask anew.
 *
 * @param subject what it is for: of one element, a later attempt replaces that for the same.
 */
export function tryAgain(element: Element, attempt: () => void, subject = ""): void {
  const known = waiting.get(element);
  if (known !== undefined) {
    known.attempts.set(subject, attempt);
    return;
  }
  const delay = delays.get(element) ?? FIRST_MS;
  const timer = setTimeout(() => {
    runNow(element);
    delays.set(element, Math.min(2 * delay, LONGEST_MS));
  }, delay);
  waiting.set(element, { attempts: new Map([[subject, attempt]]), timer });
  sight.observe(element);
}

/** Runs what an element waits for. */
export function runNow(element: Element): void {
  const asked = waiting.get(element);
  clearTimeout(asked?.timer);
  waiting.delete(element);
  delays.delete(element);
  sight.unobserve(element);
  for (const attempt of asked?.attempts.values() ?? []) attempt();
}

addEventListener("online", () => {
  for (const one of [...waiting.keys()]) runNow(one);
});

/**
 * Attempts something until it succeeds.
 *
 * @param failed says why it has not, and has `again` called at the next occasion.
 */
export async function persist<Value>(
  attempt: () => Promise<Value>,
  failed: (error: unknown, again: () => void) => void,
): Promise<Value> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      await new Promise<void>((again) => failed(error, again));
    }
  }
}

/**
 * Adds a sentence to a place, with a button.
 *
 * @param again tries again, and the sentence goes; null: only a reload of the page helps.
 */
export function sayIn(place: Element, text: string, again: (() => void) | null): void {
  const note = document.createElement("p");
  note.className = "section-error";
  note.setAttribute("role", "status");
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = again === null || isOutdated ? "Reload the page" : "Try again";
  note.append(`${text} `, button);
  place.append(note);
  button.toggleAttribute("data-restart", again === null || isOutdated);
  if (again === null) return;
  button.addEventListener("click", () => runNow(note));
  tryAgain(note, () => {
    note.remove();
    again();
  });
}
