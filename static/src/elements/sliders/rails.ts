// Moves range inputs by the rules of ../pointers: the browser's own drag knows nothing of palms.
import { css } from "lit";
import { clamp, type Point } from "../../core/geometry/viewport";
import { Pointers } from "../pointers";

/** A rail is a box around a range input, which itself takes no pointers; its thumb is --thumb wide. */
export const rails = css`
  .rail {
    display: grid;
    align-items: center;
    cursor: pointer;
    /* Across, a finger moves the slider; up and down it scrolls the page. */
    touch-action: pan-y;
  }
  .rail > input {
    width: 100%;
    margin-inline: 0;
    pointer-events: none;
  }
`;

/** The width of a browser's own thumb (px). */
const THUMB = 16;
/** A finger that has moved less (px) may still be about to scroll the page. */
const UNDECIDED = 6;

/** What takes back how a press moves an input. */
type Remember = (input: HTMLInputElement) => () => void;

/**
 * Returns what makes the rails in a shadow root, once rendered, move their inputs: one at a time.
 *
 * Inputs fire `input` as if the browser had moved them. A finger moves them once it goes across, or
 * where it is lifted: up and down it scrolls, and the browser cancels the press.
 */
export function followRails(remember: Remember = takeBack): (root: ParentNode) => void {
  const { watch } = new Pointers({
    press(at, { currentTarget, pointerType }) {
      const rail = currentTarget as HTMLElement;
      const input = inputOf(rail);
      if (input.disabled) return null;
      const width = Number.parseFloat(getComputedStyle(rail).getPropertyValue("--thumb")) || THUMB;
      const thumb = width / rail.offsetWidth;
      let held = pointerType === "touch";
      const moveTo = ([x]: Point): void => {
        const [low, high] = [Number(input.min), Number(input.max)];
        put(input, low + (high - low) * clamp((x - thumb / 2) / (1 - thumb), 0, 1));
      };
      const move = (to: Point): void => {
        held &&= Math.abs(to[0] - at[0]) * rail.offsetWidth < UNDECIDED;
        if (!held) moveTo(to);
      };
      const end = (): void => {
        if (held) moveTo(at);
      };
      const back = remember(input);
      const undo = (): void => {
        if (!held) back();
      };
      move(at);
      return { move, end, undo };
    },
  });
  return (root) => {
    for (const rail of root.querySelectorAll<HTMLElement>(".rail")) {
      watch(rail);
      rail.addEventListener("mousedown", focus);
    }
  };
}

const inputOf = (rail: Element): HTMLInputElement =>
  rail.querySelector("input") as HTMLInputElement;

function put(input: HTMLInputElement, value: number): void {
  input.value = String(value);
  input.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
}

function takeBack(input: HTMLInputElement): () => void {
  const before = input.valueAsNumber;
  return () => put(input, before);
}

function focus(event: Event): void {
  event.preventDefault(); // which would take the focus away again
  inputOf(event.currentTarget as Element).focus({ preventScroll: true });
}
