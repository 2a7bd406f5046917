import { expect, test } from "vitest";
import type { Model } from "../core/release/manifest";
import { EngineError, type Request } from "./engine";
import { LocalEngine, threadsFor } from "./local";

const face = { id: "face", image: { height: 64, width: 64, channels: 3 } } as Model;
const digit = { id: "digit", image: { height: 28, width: 28, channels: 1 } } as Model;
const z = Float32Array.of(1, 2);

/** An engine on clients that note what they are asked; those of many threads may be broken. */
function engine(threads: number, broken?: EngineError["reason"]) {
  const log: string[] = [];
  const local = new LocalEngine(
    (count) => ({
      run: async ({ id }: Model, { kind }: Request) => {
        log.push(`${kind} ${id} x${count}`);
        if (broken !== undefined && count > 1) throw new EngineError(broken, "no threads");
        return { images: z, probabilities: null };
      },
      file: async () => `read x${count}`,
      terminate: () => log.push(`end x${count}`),
    }),
    threads,
  );
  return { local, log };
}

test("large models run on several threads, small ones and files on one", async () => {
  const { local, log } = engine(3);
  await local.decode(digit, z);
  await local.encode(face, z);
  expect(await local.decode(face, z)).toEqual(z);
  expect(log).toEqual(["decode digit x1", "encode face x3", "decode face x3"]);
  expect(await local.file({ url: "", sha256: "", bytes: 0 }, "json")).toBe("read x1");
});

test("where threads are not allowed, large models run on one", async () => {
  const { local, log } = engine(1);
  await local.decode(face, z);
  expect(log).toEqual(["decode face x1"]);
});

test.each(["runtime", "model"] as const)(
  "threads that do not start are asked once, and one thread takes over: %s",
  async (reason) => {
    const { local, log } = engine(2, reason);
    await local.load(face, "decoder");
    expect(await local.decode(face, z)).toEqual(z);
    expect(log).toEqual(["load face x2", "end x2", "load face x1", "decode face x1"]);
  },
);

test("a core stays the page's own, and without isolation there is one thread", () => {
  expect([1, 2, 3, 8, 64].map((cores) => threadsFor(cores, true))).toEqual([1, 1, 2, 4, 4]);
  expect(threadsFor(64, false)).toBe(1);
});
