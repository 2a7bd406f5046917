import { expect, test } from "vitest";
import { type Animation, encodeGif } from "./gif";

function encode(animation: Animation): { bytes: Uint8Array; pauses: number } {
  const work = encodeGif(animation);
  for (let pauses = 0; ; pauses++) {
    const { done, value } = work.next();
    if (done) return { bytes: value, pauses };
  }
}

const grey: Animation = {
  frames: [Float32Array.of(0, 0.5, 1, 0.25), Float32Array.of(1, 1, 0, 0)],
  width: 2,
  height: 2,
  channels: 1,
  scale: 3,
  delay: 80,
  lastDelay: 600,
};

test("a GIF has its size, its end, and a pause after each frame", () => {
  const { bytes, pauses } = encode(grey);
  expect(new TextDecoder("latin1").decode(bytes.subarray(0, 6))).toBe("GIF89a");
  expect([bytes[6], bytes[7], bytes[8], bytes[9]]).toEqual([6, 0, 6, 0]);
  expect(bytes.at(-1)).toBe(0x3b);
  expect(pauses).toBe(2);
});

test("colour frames bring a palette of their own", () => {
  const colour = { ...grey, channels: 3, width: 2, height: 1 };
  const frames = [Float32Array.of(1, 0, 0, 0, 0, 1), Float32Array.of(0, 1, 0, 1, 1, 1)];
  const { bytes } = encode({ ...colour, frames });
  expect(bytes.length).toBeGreaterThan(40);
  expect([bytes[6], bytes[8]]).toEqual([6, 3]);
});
