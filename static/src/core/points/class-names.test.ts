import { describe, expect, test } from "vitest";
import { classesNamed, namesThatFit } from "./class-names";

describe("B22 the names of many classes", () => {
  test("are found by a part, those that begin with it first", () => {
    const names = ["red oak", "Oak", "elm", "oak leaf"];
    expect(classesNamed(names, "oak")).toEqual([1, 3, 0]);
    expect(classesNamed(names, "")).toEqual([0, 1, 2, 3]);
    expect(classesNamed(names, "ash")).toEqual([]);
  });

  test("stand on a map only where they cover no other, the first ones first", () => {
    const size = { width: 200, height: 100 };
    const at = (x: number, y: number) => ({ place: [x, y] as const, width: 40 });
    expect(namesThatFit([at(50, 50), at(60, 55), at(60, 77), at(110, 50)], size)).toEqual([
      0, 2, 3,
    ]);
    expect(namesThatFit([at(10, 50), at(100, 99), at(250, 50)], size)).toEqual([]);
  });

  test("are never more than fit, of a thousand in one place", () => {
    const size = { width: 600, height: 600 };
    const names = Array.from({ length: 1000 }, (_, i) => ({
      place: [300 + 200 * Math.sin(i), 300 + 200 * Math.cos(3 * i)] as const,
      width: 60,
    }));
    const kept = namesThatFit(names, size);
    expect(kept.length).toBeGreaterThan(20);
    for (const i of kept) {
      for (const j of kept.filter((one) => one > i)) {
        const [a, b] = [i, j].map((k) => names[k]?.place ?? [0, 0]) as [number[], number[]];
        const apart = (axis: number) => Math.abs((a[axis] ?? 0) - (b[axis] ?? 0));
        expect(apart(0) >= 60 || apart(1) >= 20).toBe(true);
      }
    }
  });
});
