import { afterEach, expect, test, vi } from "vitest";
import { whenLeft, whenNear } from "./when-near";

type Entries = { isIntersecting: boolean }[];
let tell: (entries: Entries) => void;

vi.stubGlobal(
  "IntersectionObserver",
  class {
    constructor(callback: typeof tell) {
      tell = callback;
    }
    observe(): void {}
    disconnect(): void {}
  },
);
afterEach(() => void vi.restoreAllMocks());

const entries = (...seen: boolean[]): Entries => seen.map((isIntersecting) => ({ isIntersecting }));
const element = {} as Element;

test("what came near and went within one batch has been near", () => {
  const start = vi.fn();
  whenNear(element, start);
  tell(entries(false));
  expect(start).not.toHaveBeenCalled();
  tell(entries(true, false));
  expect(start).toHaveBeenCalledOnce();
});

test("what was seen and went within one batch has left, and what was never seen has not", async () => {
  const left = vi.fn();
  const done = whenLeft(element).then(left);
  tell(entries(false, true));
  await Promise.resolve();
  expect(left).not.toHaveBeenCalled();
  tell(entries(true, false));
  await done;
  expect(left).toHaveBeenCalledOnce();
});
