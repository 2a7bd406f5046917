// What the keys that several elements know stand for.
import { clamp, type Point } from "../core/geometry/viewport";

const ARROWS: Readonly<Record<string, Point>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Whether the browser wants a press for itself, as Ctrl and + for its own zoom. */
export function isBrowsersKey(event: KeyboardEvent): boolean {
  return event.ctrlKey || event.metaKey || event.altKey;
}

/** The direction of an arrow key on the screen, y down; null for any other key. */
export function arrowOf(event: KeyboardEvent): Point | null {
  return ARROWS[event.key] ?? null;
}
/**
 * Makes a row of buttons one tab stop: a listener for `keydown` on what holds them. Arrows, Home and
 * End go from one to the next; one alone has tabindex 0 at first.
 */
export function rove(event: KeyboardEvent): void {
  if (isBrowsersKey(event)) return;
  const buttons = buttonsOf(event);
  const at = buttons.indexOf(event.target as HTMLButtonElement);
  const last = buttons.length - 1;
  const arrow = arrowOf(event);
  const ends: Record<string, number> = { Home: 0, End: last };
  const to = arrow ? clamp(at + arrow[0] + arrow[1], 0, last) : ends[event.key];
  if (to === undefined) return;
  event.preventDefault(); // the page scrolls with these keys otherwise
  buttons[to]?.focus();
}

/** A listener for `focusin` there: Tab comes back to the button that had the focus last. */
export function stay(event: FocusEvent): void {
  for (const button of buttonsOf(event)) button.tabIndex = button === event.target ? 0 : -1;
}

function buttonsOf({ currentTarget }: Event): HTMLButtonElement[] {
  return Array.from((currentTarget as Element).querySelectorAll("button"));
}
