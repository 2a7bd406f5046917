import { expect, test, vi } from "vitest";
import { settled } from "./settled";

test("runs once, with the newest input, when no more come", () => {
  vi.useFakeTimers();
  const seen: number[] = [];
  const tell = settled(80, (input: number) => seen.push(input));
  for (let i = 1; i <= 5; i++) {
    tell(i);
    vi.advanceTimersByTime(79);
  }
  expect(seen).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(seen).toEqual([5]);
  tell(6);
  vi.runAllTimers();
  expect(seen).toEqual([5, 6]);
  vi.useRealTimers();
});
