import { describe, expect, it } from "vitest";
import { decodeWidth, inspectPicture, refusal } from "./picture-file";

const bytesOf = (...parts: (string | number[])[]): Uint8Array =>
  Uint8Array.from(
    parts.flatMap((part) =>
      typeof part === "string" ? Array.from(part, (letter) => letter.charCodeAt(0)) : part,
    ),
  );
const long = (value: number): number[] => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255);
const chunk = (name: string, data: number[]): (string | number[])[] => [
  long(data.length),
  name,
  data,
  long(0),
];
const PNG = "\x89PNG\r\n\x1a\n";
const header = chunk("IHDR", [...long(640), ...long(480), 8, 2, 0, 0, 0]);

describe("a PNG", () => {
  it("tells its size, and that it stands still", () => {
    const still = bytesOf(PNG, ...header, ...chunk("IDAT", [1, 2, 3]), ...chunk("acTL", long(9)));
    expect(inspectPicture(still)).toEqual({
      type: "png",
      animated: false,
      size: { width: 640, height: 480 },
    });
  });

  it("moves where it says so before its pixels", () => {
    const one = chunk("acTL", [...long(1), ...long(0)]);
    const many = chunk("acTL", [...long(12), ...long(0)]);
    expect(inspectPicture(bytesOf(PNG, ...header, ...one, ...chunk("IDAT", []))).animated).toBe(
      false,
    );
    expect(inspectPicture(bytesOf(PNG, ...header, ...many, ...chunk("IDAT", []))).animated).toBe(
      true,
    );
  });

  it("that is cut short is looked at as far as it goes", () => {
    expect(inspectPicture(bytesOf(PNG, long(13), "IHDR")).size).toBeNull();
  });
});

describe("a JPEG", () => {
  const exif = [0xff, 0xe1, 0, 6, 1, 2, 3, 4];
  const tables = [0xff, 0xc4, 0, 4, 9, 9];
  const frame = [0xff, 0xc2, 0, 11, 8, 0x0b, 0xb8, 0x0f, 0xa0, 3, 0, 0];

  it("tells its size behind other segments", () => {
    expect(inspectPicture(bytesOf([0xff, 0xd8], exif, tables, frame))).toEqual({
      type: "jpeg",
      animated: false,
      size: { width: 4000, height: 3000 },
    });
  });

  it("without a frame is of no known size", () => {
    expect(inspectPicture(bytesOf([0xff, 0xd8], exif)).size).toBeNull();
  });
});

describe("a GIF", () => {
  const screen = [
    [32, 0, 16, 0, 0x80, 0, 0],
    [0, 0, 0, 255, 255, 255],
  ];
  const control = [0x21, 0xf9, 4, 0, 10, 0, 0, 0];
  const image = [0x2c, 0, 0, 0, 0, 32, 0, 16, 0, 0x81, ...Array(12).fill(0), 2, 2, 0x2c, 0x2c, 0];

  it("of one frame stands still, whatever its data look like", () => {
    expect(inspectPicture(bytesOf("GIF89a", ...screen, control, image, [0x3b]))).toEqual({
      type: "gif",
      animated: false,
      size: { width: 32, height: 16 },
    });
  });

  it("of two frames moves", () => {
    const file = bytesOf("GIF89a", ...screen, control, image, control, image, [0x3b]);
    expect(inspectPicture(file).animated).toBe(true);
  });
});

describe("a WebP", () => {
  it("of the extended kind tells by a flag whether it moves", () => {
    const file = (flags: number): Uint8Array =>
      bytesOf("RIFF", long(0), "WEBPVP8X", [10, 0, 0, 0], [flags, 0, 0, 0], [99, 0, 0, 0x2b, 1, 0]);
    expect(inspectPicture(file(0x02))).toEqual({
      type: "webp",
      animated: true,
      size: { width: 100, height: 300 },
    });
    expect(inspectPicture(file(0x10)).animated).toBe(false);
  });

  it("of the plain kinds tells its size", () => {
    const lossy = bytesOf(
      "RIFF",
      long(0),
      "WEBPVP8 ",
      long(0),
      [0, 0, 0, 0x9d, 1, 0x2a, 64, 0, 32, 0],
    );
    expect(inspectPicture(lossy).size).toEqual({ width: 64, height: 32 });
    const bits = 63 | (31 << 14);
    const lossless = bytesOf("RIFF", long(0), "WEBPVP8L", long(0), [0x2f], long(bits).reverse());
    expect(inspectPicture(lossless).size).toEqual({ width: 64, height: 32 });
  });
});

describe("what is opened", () => {
  const of = (width: number, height: number) =>
    ({ type: "png", animated: false, size: { width, height } }) as const;

  it("is anything of unknown size, and fifty megapixels", () => {
    expect(refusal(inspectPicture(bytesOf("no picture at all")), 17)).toBeNull();
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
    expect(decodeWidth(inspectPicture(bytesOf("?")))).toBeNull();
  });
});
