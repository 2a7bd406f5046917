import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { readerGoesOn } from "./reader-goes-on";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watched(): { page: EventTarget; goesOn: ReturnType<typeof vi.fn> } {
  const page = new EventTarget();
  const goesOn = vi.fn();
  void readerGoesOn(page).then(goesOn);
  return { page, goesOn };
}

test.each([0, 1])(
  "who only looks has gone on after a while, with %d moves before",
  async (moves) => {
    const { page, goesOn } = watched();
    for (let i = 0; i < moves; i++) page.dispatchEvent(new Event("pointermove"));
    await vi.advanceTimersByTimeAsync(2400);
    expect(goesOn).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(200);
    expect(goesOn).toHaveBeenCalledOnce();
  },
);

test("who hovers is left alone until the pointer rests", async () => {
  const { page, goesOn } = watched();
  for (let i = 0; i < 500; i++) {
    await vi.advanceTimersByTimeAsync(20);
    page.dispatchEvent(new Event("pointermove"));
  }
  expect(goesOn).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(500);
  expect(goesOn).toHaveBeenCalledOnce();
});

test("who scrolls goes on at once", async () => {
  const { page, goesOn } = watched();
  page.dispatchEvent(new Event("scroll"));
  await vi.advanceTimersByTimeAsync(0);
  expect(goesOn).toHaveBeenCalledOnce();
});
