import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { afterPicture, pictureDrawn } from "./after-picture";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.runAllTimers();
  vi.useRealTimers();
});

test("a job runs in a task of its own after the next picture", () => {
  const ran: number[] = [];
  const job = afterPicture((input: number) => ran.push(input));
  job(1);
  vi.advanceTimersByTime(5);
  pictureDrawn();
  expect(ran).toEqual([]);
  vi.advanceTimersByTime(0);
  expect(ran).toEqual([1]);
});

test("of many inputs only the newest is left, and it runs once", () => {
  const ran: number[] = [];
  const job = afterPicture((input: number) => ran.push(input));
  for (let i = 0; i < 100; i++) job(i);
  pictureDrawn();
  pictureDrawn();
  vi.runAllTimers();
  expect(ran).toEqual([99]);
});

test("what is asked right after a picture goes with it", () => {
  const ran: string[] = [];
  const job = afterPicture(() => ran.push("job"));
  pictureDrawn();
  job();
  vi.advanceTimersByTime(0);
  expect(ran).toEqual(["job"]);
});

test("without a picture a job waits less than a frame", () => {
  const ran: string[] = [];
  const job = afterPicture(() => ran.push("job"));
  job();
  vi.advanceTimersByTime(8);
  job(); // does not start the wait anew
  expect(ran).toEqual([]);
  vi.advanceTimersByTime(8);
  expect(ran).toEqual(["job"]);
});

test("a job that asks for itself again runs once more, later", () => {
  let runs = 0;
  const job = afterPicture(() => {
    runs++;
    if (runs < 2) job();
  });
  job();
  pictureDrawn();
  vi.advanceTimersByTime(0);
  expect(runs).toBe(1);
  vi.runAllTimers();
  expect(runs).toBe(2);
});

test("a job that throws is reported and does not keep the others from running", () => {
  const reported = vi.fn();
  vi.stubGlobal("reportError", reported);
  const ran: number[] = [];
  afterPicture(() => {
    throw new Error("no");
  })();
  afterPicture(() => ran.push(1))();
  vi.runAllTimers();
  vi.unstubAllGlobals();
  expect(ran).toEqual([1]);
  expect(reported).toHaveBeenCalledOnce();
});
