import { describe, expect, test } from "vitest";
import { classesNamed, namesApart, namesThatFit } from "./class-names";

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

describe("names pushed apart", () => {
  const at = (x: number, y: number, width = 9) => ({ place: [x, y] as const, width });

  test("stay where they are if none covers another", () => {
    expect(namesApart([at(0, 0), at(40, 0), at(0, 40)])).toEqual([
      [0, 0],
      [40, 0],
      [0, 40],
    ]);
  });

  test("never cover each other, nor do words, however close their classes lie", () => {
    for (const width of [9, 70]) {
      const names = Array.from({ length: 10 }, (_, i) => at(100 + (i % 3), 100 + (i % 2), width));
      const places = namesApart(names);
      expect(places.filter((place) => place !== null).length).toBeGreaterThan(6);
      for (const [i, a] of places.entries()) {
        for (const b of places.slice(i + 1)) {
          if (a === null || b === null) continue;
          expect(Math.abs(a[0] - b[0]) >= width || Math.abs(a[1] - b[1]) >= 16).toBe(true);
        }
      }
    }
  });
});
