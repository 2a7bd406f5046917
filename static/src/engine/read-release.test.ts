import { deflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { buffersOf, parsePoints, parseTrace } from "./read-release";

const document = {
  count: 2,
  split: "train",
  labels: [3, 1],
  x: [0.5, -1],
  y: [2, 0],
  statistics: [],
};

test("columns become interleaved points", () => {
  const means = parsePoints(JSON.stringify(document));
  expect(Array.from(means.xy)).toEqual([0.5, 2, -1, 0]);
  expect(Array.from(means.labels)).toEqual([3, 1]);
  expect(means.count).toBe(2);
});

test("columns of different length are refused", () => {
  expect(() => parsePoints(JSON.stringify({ ...document, x: [1] }))).toThrow("differ");
});

/** Packs frames of whole numbers (x…, y…) as docs/release-format.md tells. */
function pack(frames: number[][]): string {
  const folded = frames.flatMap((frame, f) =>
    frame.map((q, i) => {
      const change = q - (frames[f - 1]?.[i] ?? 0);
      return change < 0 ? -2 * change - 1 : 2 * change;
    }),
  );
  const bytes = [...folded.map((u) => u & 255), ...folded.map((u) => u >> 8)];
  return deflateSync(Uint8Array.from(bytes)).toString("base64");
}

const trace = {
  epochs: [0, 5],
  count: 2,
  labels: [7, 1],
  low: [-10, 0],
  step: [0.5, 0.25],
  // biome-ignore format: two points a frame, x before y
  data: pack([[0, 400, 3, 9], [2, 100, 30_000, 0]]),
};

test("a trace is unpacked into frames of points", async () => {
  const { epochs, labels, frames } = await parseTrace(JSON.stringify(trace));
  expect(epochs).toEqual([0, 5]);
  expect(Array.from(labels)).toEqual([7, 1]);
  expect(frames.map((frame) => Array.from(frame))).toEqual([
    [-10, 0.75, 190, 2.25],
    [-9, 7500, 40, 0],
  ]);
});

test("a trace that is cut short is refused", async () => {
  await expect(parseTrace(JSON.stringify({ ...trace, count: 3 }))).rejects.toThrow("short");
});

test("every typed array's buffer is found, and numbers are not searched", () => {
  const [a, b] = [new Float32Array(1), new Uint8Array(1)];
  expect(buffersOf({ frames: [a, b], labels: a, epochs: [1, 2], deep: { none: null } })).toEqual([
    a.buffer,
    b.buffer,
    a.buffer,
  ]);
});
