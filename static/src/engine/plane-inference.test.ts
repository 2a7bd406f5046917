import { expect, test } from "vitest";
import type { Model } from "../core/release/manifest";
import { PlaneInference } from "./plane-inference";

const model = {
  id: "two",
  decoder: { sha256: "a" },
  image: { height: 2, width: 2, channels: 1 },
} as Model;
const pixels = Float32Array.of(1, 0, 1, 0);
const q = { mu: [0, 0], sigma: [0.5, 0.5] };

/** Four pixels whose logits grow along the axes; notes how many points each run had. */
function inference() {
  const runs: number[] = [];
  const labels = new Set<number | undefined>();
  const plane = new PlaneInference(async (_, z, label) => {
    runs.push(z.length / 2);
    labels.add(label);
    const images = new Float32Array(2 * z.length);
    for (let k = 0; k < z.length / 2; k++) {
      const [x, y] = [z[2 * k] as number, z[2 * k + 1] as number];
      const logits = [20 * x, 20 * x - 5, 20 * y, 20 * y - 5];
      images.set(
        logits.map((l) => 1 / (1 + Math.exp(-l))),
        4 * k,
      );
    }
    return images;
  });
  return { plane, runs, labels };
}

test("the lattice is decoded once, in small runs; an image costs no more", async () => {
  const { plane, runs } = inference();
  await Promise.all([plane.prepare(model), plane.prepare(model)]);
  expect(runs.reduce((a, b) => a + b)).toBe(64 * 64);
  expect(Math.max(...runs)).toBeLessThanOrEqual(16);
  const before = runs.length;
  const first = await plane.answer(model, { pixels });
  expect(first?.heat.z.length).toBeGreaterThan(0);
  expect(runs.length).toBe(before);
  const refined = await plane.answer(model, { pixels, q });
  expect(refined?.logLikelihood).toBeCloseTo(first?.logLikelihood as number, 0);
  expect(runs.length).toBeGreaterThan(before);
});

test("a newer image ends the refinement of an older one, the same asked again does not", async () => {
  const { plane, runs } = inference();
  await plane.prepare(model);
  const twice = [{ pixels, q }, { pixels: pixels.slice() }].map((one) => plane.answer(model, one));
  expect(await Promise.all(twice)).not.toContain(null);
  const before = runs.length;
  const old = plane.answer(model, { pixels, q });
  const newer = plane.answer(model, { pixels: Float32Array.of(0, 0, 1, 0) });
  expect(await old).toBeNull();
  expect(await newer).not.toBeNull();
  expect(runs.length - before).toBeLessThan(4);
});

test("a lattice belongs to a label, and the oldest are let go", async () => {
  const { plane, runs, labels } = inference();
  for (const label of [1, 2, 3, 3]) await plane.prepare(model, label);
  expect([...labels]).toEqual([1, 2, 3]);
  const before = runs.length;
  await plane.prepare(model, 2);
  expect(runs.length).toBe(before);
  await plane.prepare(model, 1);
  expect(runs.length).toBeGreaterThan(before);
});
