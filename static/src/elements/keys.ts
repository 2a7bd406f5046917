// What the keys that several elements know stand for.
import type { Point } from "../core/geometry/viewport";

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
