import { describe, expect, it } from "vitest";
import {
  addAttributes,
  byUse,
  drawFromPrior,
  imagesFromBase64,
  multiplesOf,
  readSource,
  weightsFor,
  writeSource,
} from "./attributes";

describe("attribute vectors", () => {
  const vectors = [
    [1, 0, 2],
    [0, -1, 4],
  ];

  it("are added in the multiples that were asked for", () => {
    expect(addAttributes([1, 1, 1], vectors, [2, 0.5])).toEqual([3, 0.5, 7]);
    expect(addAttributes([1, 1, 1], vectors, [0, 0])).toEqual([1, 1, 1]);
    expect(addAttributes([1, 1, 1], vectors, [])).toEqual([1, 1, 1]);
  });

  it("are offered as well as they are read, and in their own order where that is not known", () => {
    expect(byUse(4, [0.5, 0.98, 0.6, 0.98])).toEqual([1, 3, 2, 0]);
    expect(byUse(3)).toEqual([0, 1, 2]);
  });

  it("leave the z that they are added to as it is", () => {
    const z = [1, 1, 1];
    addAttributes(z, vectors, [1, 1]);
    expect(z).toEqual([1, 1, 1]);
  });

  it("are laid out in growing multiples, a row for each", () => {
    expect(multiplesOf([0, 0, 0], vectors, [-1, 2])).toEqual([
      [-1, 0, -2],
      [2, 0, 4],
      [0, 1, -4],
      [0, -2, 8],
    ]);
  });

  it("keep their weights by name from one model to another", () => {
    expect(weightsFor(["hat", "beard", "blond hair"], ["blond hair", "hat"], [2, -1])).toEqual([
      -1, 0, 2,
    ]);
  });
});

describe("where a face is from", () => {
  it("is written into a link and read again", () => {
    for (const source of [
      { kind: "example", index: 0 },
      { kind: "example", index: 11 },
      { kind: "sample", seed: 99999 },
    ] as const) {
      expect(readSource(writeSource(source) as string)).toEqual(source);
    }
    expect(writeSource({ kind: "photo" })).toBeNull();
  });

  it("is nothing else", () => {
    for (const text of ["", "e", "3", "s-1", "e1.5", "x3", "s123456", "e3 "]) {
      expect(readSource(text)).toBeNull();
    }
  });

  it("a seed's draw is always the same, and another seed's another", () => {
    const draw = drawFromPrior(7, 64);
    expect(draw).toHaveLength(64);
    expect(drawFromPrior(7, 64)).toEqual(draw);
    expect(drawFromPrior(8, 64)).not.toEqual(draw);
    expect(Math.hypot(...draw)).toBeGreaterThan(5);
    expect(Math.hypot(...draw)).toBeLessThan(11);
  });
});

describe("the pixels of the examples", () => {
  it("are read as values in 0…1", () => {
    expect(Array.from(imagesFromBase64(btoa("\x00\xff\x33\x66"), 2) as Float32Array)).toEqual([
      0,
      1,
      Math.fround(0.2),
      Math.fround(0.4),
    ]);
  });

  it("are none where they do not come out even", () => {
    expect(imagesFromBase64(btoa("abc"), 2)).toBeNull();
    expect(imagesFromBase64("", 0)).toBeNull();
  });
});
