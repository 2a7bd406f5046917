import { expect, test } from "vitest";
import { furtherColour } from "./further-colours";

test("B22 a thousand classes have a thousand colours", () => {
  const colours = Array.from({ length: 1000 }, (_, n) => furtherColour(n));
  expect(new Set(colours).size).toBe(1000);
});

test("further colours are those that tests/train/test_palette.py expects of Python", () => {
  expect([0, 1, 721].map(furtherColour)).toEqual([
    "hsl(0.00, 75%, 40%)",
    "hsl(137.51, 75%, 52%)",
    "hsl(143.27, 75%, 52%)",
  ]);
});
