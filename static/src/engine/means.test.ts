import { expect, test } from "vitest";
import { parseMeans } from "./means";

const document = {
  count: 2,
  split: "train",
  labels: [3, 1],
  x: [0.5, -1],
  y: [2, 0],
  statistics: [],
};

test("columns become interleaved points", () => {
  const means = parseMeans(JSON.stringify(document));
  expect(Array.from(means.xy)).toEqual([0.5, 2, -1, 0]);
  expect(Array.from(means.labels)).toEqual([3, 1]);
  expect(means.count).toBe(2);
});

test("columns of different length are refused", () => {
  expect(() => parseMeans(JSON.stringify({ ...document, x: [1] }))).toThrow("differ");
});
