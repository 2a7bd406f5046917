import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Model } from "../core/release/manifest";
import { agree, isFaster, isLarge, winsAgainst } from "./race";
import { threadsToTry } from "./rivals";

const face = {
  latent_size: 4,
  condition: "none",
  image: { height: 64, width: 64, channels: 3 },
} as Model;

let now = 0;
beforeEach(() => {
  vi.spyOn(performance, "now").mockImplementation(() => now);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** A runtime that takes so long, and draws z as it is, or brighter. */
function decoder(milliseconds: number, brighter = 0) {
  const made = {
    asked: [] as Float32Array[],
    decode: async (_: Model, z: Float32Array) => {
      made.asked.push(z);
      now += milliseconds;
      return { images: z.map((value) => value + brighter), probabilities: null };
    },
  };
  return made;
}

test("faces are large, digits are not", () => {
  expect(isLarge(face)).toBe(true);
  expect(isLarge({ ...face, image: { height: 28, width: 28, channels: 1 } })).toBe(false);
});

test("a rival wins that is clearly faster and draws the same", async () => {
  const rival = decoder(0.2, 0.0001);
  const incumbent = decoder(2);
  expect(await winsAgainst(rival, incumbent, face)).toBe(true);
  expect(rival.asked).toEqual(incumbent.asked); // the same points
});

test("a rival that is slower, or hardly faster, loses", async () => {
  expect(await winsAgainst(decoder(2), decoder(0.2), face)).toBe(false);
  expect(isFaster([9, 9, 9], [10, 10, 10])).toBe(false);
  expect(isFaster([7, 7, 7], [10, 10, 10])).toBe(true);
});

test("a rival that is much too slow is not asked fifteen times", async () => {
  const rival = decoder(700);
  expect(await winsAgainst(rival, decoder(0), face)).toBe(false);
  expect(rival.asked.length).toBeLessThan(5);
});

test("being faster mostly does not make up for being slower at times", () => {
  const steady = [10, 10, 10, 10, 10, 10, 10, 10, 10, 10];
  expect(isFaster([2, 2, 2, 2, 2, 2, 2, 2, 30, 30], steady)).toBe(false);
  expect(isFaster([2, 2, 2, 2, 2, 2, 2, 2, 2, 9], steady)).toBe(true);
});

test("a faster rival that draws something else loses at once", async () => {
  const rival = decoder(0, 0.01);
  expect(await winsAgainst(rival, decoder(2), face)).toBe(false);
  expect(rival.asked.length).toBe(1);
});

test("images agree within half a step of a byte; what is no number agrees with nothing", () => {
  expect(agree(Float32Array.of(0.5, 0.1), Float32Array.of(0.5015, 0.1))).toBe(true);
  expect(agree(Float32Array.of(0.5, 0.1), Float32Array.of(0.504, 0.1))).toBe(false);
  expect(agree(Float32Array.of(Number.NaN), Float32Array.of(0))).toBe(false);
  expect(agree(Float32Array.of(0), Float32Array.of(0, 0))).toBe(false);
});

test("threads leave a core to the page, and need it isolated", () => {
  expect([1, 2, 3, 4, 8, 64].map((cores) => threadsToTry(cores, true))).toEqual([1, 1, 2, 3, 4, 4]);
  expect(threadsToTry(8, false)).toBe(1);
});
