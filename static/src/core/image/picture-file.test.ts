import { describe, expect, it, test } from "vitest";
import { decodeWidth, refusal, sizeOfPicture } from "./picture-file";

const bytesOf = (...parts: (string | number[])[]): Uint8Array =>
  Uint8Array.from(
    parts.flatMap((part) =>
      typeof part === "string" ? Array.from(part, (letter) => letter.charCodeAt(0)) : part,
    ),
  );
const long = (value: number): number[] => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255);

test("a PNG tells its size, and one that is cut short none", () => {
  const png = bytesOf("\x89PNG\r\n\x1a\n", long(13), "IHDR", long(640), long(480));
  expect(sizeOfPicture(png)).toEqual({ width: 640, height: 480 });
  expect(sizeOfPicture(png.subarray(0, 16))).toBeNull();
});

test("a JPEG tells its size behind other segments, and without a frame none", () => {
  const exif = [0xff, 0xe1, 0, 6, 1, 2, 3, 4];
  const tables = [0xff, 0xc4, 0, 4, 9, 9];
  const frame = [0xff, 0xc2, 0, 11, 8, 0x0b, 0xb8, 0x0f, 0xa0, 3, 0, 0];
  const size = { width: 4000, height: 3000 };
  expect(sizeOfPicture(bytesOf([0xff, 0xd8], exif, tables, frame))).toEqual(size);
  expect(sizeOfPicture(bytesOf([0xff, 0xd8], exif))).toBeNull();
});

test("a GIF tells its size", () => {
  expect(sizeOfPicture(bytesOf("GIF89a", [32, 0, 16, 0]))).toEqual({ width: 32, height: 16 });
});

test("a WebP of each kind tells its size", () => {
  const webp = (chunk: string, ...rest: number[][]) =>
    bytesOf("RIFF", long(0), "WEBP", chunk, ...rest);
  const extended = webp("VP8X", [10, 0, 0, 0, 0, 0, 0, 0], [99, 0, 0, 0x2b, 1, 0]);
  expect(sizeOfPicture(extended)).toEqual({ width: 100, height: 300 });
  const lossy = webp("VP8 ", long(0), [0, 0, 0, 0x9d, 1, 0x2a, 64, 0, 32, 0]);
  expect(sizeOfPicture(lossy)).toEqual({ width: 64, height: 32 });
  const lossless = webp("VP8L", long(0), [0x2f], long(63 | (31 << 14)).reverse());
  expect(sizeOfPicture(lossless)).toEqual({ width: 64, height: 32 });
});

describe("what is opened", () => {
  const of = (width: number, height: number) => ({ width, height });

  it("is anything of unknown size, and fifty megapixels", () => {
    expect(refusal(sizeOfPicture(bytesOf("no picture at all")), 17)).toBeNull();
    expect(refusal(of(8000, 6250), 50e6)).toBeNull();
  });

  it("is nothing empty, nothing too large", () => {
    expect(refusal(of(1, 1), 0)).toContain("empty");
    expect(refusal(of(0, 9), 10)).toContain("no pixels");
    expect(refusal(of(30000, 30000), 1e6)).toContain("900 megapixels");
    expect(refusal(of(1, 1), 2e8)).toContain("200 MB");
  });

  it("is made smaller on the way where it is large", () => {
    expect(decodeWidth(of(8000, 6250))).toBe(1600);
    expect(decodeWidth(of(1000, 4000))).toBe(400);
    expect(decodeWidth(of(800, 600))).toBeNull();
    expect(decodeWidth(sizeOfPicture(bytesOf("?")))).toBeNull();
  });
});
