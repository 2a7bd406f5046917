import { expect, test } from "vitest";
import type { Model } from "../release/manifest";
import { pictureName, toBytes, toRgba } from "./pictures";

test("values become bytes as a canvas draws them", () => {
  expect(Array.from(toBytes(Float32Array.of(0, 1, -1, 2, 0.5, 100.6 / 255)))).toEqual([
    0, 255, 0, 255, 128, 101,
  ]);
});

test("grey and colour become opaque RGBA", () => {
  expect(Array.from(toRgba(Float32Array.of(0, 1), 1))).toEqual([0, 0, 0, 255, 255, 255, 255, 255]);
  expect(Array.from(toRgba(Float32Array.of(1, 0, 0.2), 3))).toEqual([255, 0, 51, 255]);
});

test("a picture's file is named after what made it", () => {
  const model = { id: "vae-2", condition: "none" } as Model;
  expect(pictureName(model, [0.42, -1.367], 0)).toBe("vae-2-z_0.42_-1.37");
  expect(pictureName(model, [-0.001, 0], 0)).toBe("vae-2-z_0.00_0.00");
  const told = { id: "cvae-2", condition: "both" } as Model;
  expect(pictureName(told, [1, 2], 7)).toBe("cvae-2-label_7-z_1.00_2.00");
  expect(pictureName(model, Array<number>(100).fill(1), 0)).toBe(
    "vae-2-z_1.00_1.00_1.00_1.00_and_96_more",
  );
});
