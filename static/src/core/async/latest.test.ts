import { expect, test, vi } from "vitest";
import { latest } from "./latest";

function deferred<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

const settle = () => new Promise((resolve) => setTimeout(resolve));

test("runs one at a time and skips all but the newest that waited", async () => {
  const jobs: { input: number; resolve: (value: number) => void }[] = [];
  const drawn: number[] = [];
  const push = latest<number, number>(
    (input) => {
      const job = deferred<number>();
      jobs.push({ input, resolve: job.resolve });
      return job.promise;
    },
    (output) => drawn.push(output),
    () => {},
  );
  for (const input of [1, 2, 3, 4]) push(input);
  expect(jobs.map((job) => job.input)).toEqual([1]);
  jobs[0]?.resolve(10);
  await settle();
  expect(jobs.map((job) => job.input)).toEqual([1, 4]);
  jobs[1]?.resolve(40);
  await settle();
  expect(drawn).toEqual([10, 40]);
});

test("goes on after an error", async () => {
  const drawn: number[] = [];
  const errors: unknown[] = [];
  const push = latest<number, number>(
    async (input) => {
      if (input === 1) throw new Error("no");
      return input;
    },
    (output) => drawn.push(output),
    (error) => errors.push(error),
  );
  push(1);
  push(2);
  await settle();
  push(3);
  await settle();
  expect(errors).toHaveLength(1);
  expect(drawn).toEqual([2, 3]);
});

test("goes on after callbacks that throw, and reports what no callback took", async () => {
  const reported = vi.fn();
  vi.stubGlobal("reportError", reported);
  const drawn: number[] = [];
  const push = latest<number, number>(
    async (input) => input,
    (output) => {
      if (output === 1) throw new Error("cannot draw");
      drawn.push(output);
    },
    () => {
      throw new Error("cannot say so");
    },
  );
  push(1);
  push(2);
  await settle();
  push(3);
  await settle();
  vi.unstubAllGlobals();
  expect(drawn).toEqual([2, 3]);
  expect(reported).toHaveBeenCalledExactlyOnceWith(new Error("cannot say so"));
});
