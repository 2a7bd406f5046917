import { expect, test } from "vitest";
import { formatVector, parseVector } from "./vectors";

test("a point is read as it is written, in several ways", () => {
  for (const text of ["0.42, -1.37", "0.42 -1.37", " (0.42, −1.37) ", "[0.42,-1.37]"]) {
    expect(parseVector(text, 2)).toEqual([0.42, -1.37]);
  }
});

test("anything else is not a point", () => {
  for (const text of ["", "1", "1,2,3", "1,two", "1,,2", "1,", "NaN, 1", "Infinity 0"]) {
    expect(parseVector(text, 2)).toBeNull();
  }
});

test("a long point is shown by its first few numbers", () => {
  expect(formatVector([0.42, -1.367])).toBe("(0.42, −1.37)");
  expect(formatVector([1, 2, 3, 4, 5])).toBe("(1.00, 2.00, 3.00, 4.00, 5.00)");
  expect(formatVector(Array<number>(10).fill(1))).toBe("(1.00, 1.00, 1.00, 1.00, … 6 more)");
});
