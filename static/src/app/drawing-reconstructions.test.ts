import { expect, test } from "vitest";
import { Drawing } from "../core/image/drawing";
import { penPoint } from "../core/image/strokes";
import type { RefinedPosterior } from "../core/inference/plane-posterior";
import type { Model } from "../core/release/manifest";
import { DrawingReconstructions } from "./drawing-reconstructions";

const model = { id: "vae-2" } as Model;
const other = { id: "vae-10" } as Model;

function asked() {
  const drawing = new Drawing([[penPoint(0.5, 0.1, 0.5), penPoint(0.5, 0.9, 0.5)]]);
  const made = { drawing, calls: 0, broken: false, explained: [] as object[] };
  const reconstructions = new DrawingReconstructions(drawing, {
    reconstruct: async (_: Model, pixels: Float32Array) => {
      made.calls++;
      if (made.broken) throw new Error("no network");
      return { mu: pixels.slice(0, 2), logvar: pixels.slice(0, 2), image: pixels };
    },
    explain: async (_: Model, pixels: Float32Array, q: { mu: number[]; sigma: number[] }) => {
      made.explained.push({ pixels, q });
      // Of the first image that it is asked about, as if another had come meanwhile.
      return made.explained.length === 1 ? null : ({ logLikelihood: -100 } as RefinedPosterior);
    },
  });
  return Object.assign(made, { reconstructions });
}

test("a model is asked once about a drawing, also while its answer is on its way", async () => {
  const made = asked();
  const { reconstructions } = made;
  const [first, second] = await Promise.all([reconstructions.of(model), reconstructions.of(model)]);
  expect(second).toBe(first);
  expect(await reconstructions.of(model)).toBe(first);
  expect(made.calls).toBe(1);
  await reconstructions.of(other);
  await reconstructions.of(model, 3);
  expect(made.calls).toBe(3);
});

test("a changed drawing is asked about anew; the old answer says which drawing it is of", async () => {
  const made = asked();
  const before = made.reconstructions.of(model);
  made.drawing.undo();
  const after = await made.reconstructions.of(model);
  expect(made.calls).toBe(2);
  expect(after.pixels).toBe(made.drawing.pixels);
  expect((await before).pixels).not.toBe(made.drawing.pixels);
});

test("a failure is not kept, and does not drop a newer answer", async () => {
  const made = asked();
  made.broken = true;
  const failing = made.reconstructions.of(model);
  made.drawing.replace([]);
  made.broken = false;
  const answer = made.reconstructions.of(model);
  await expect(failing).rejects.toThrow("no network");
  expect(made.reconstructions.of(model)).toBe(answer);
  made.drawing.replace([]);
  made.broken = true;
  await expect(made.reconstructions.of(model)).rejects.toThrow();
  made.broken = false;
  await made.reconstructions.of(model);
  expect(made.calls).toBe(4);
});

test("what q misses is asked once, of the encoder's own answer", async () => {
  const { reconstructions, drawing, explained } = asked();
  await Promise.all([reconstructions.explain(model), reconstructions.explain(model)]);
  const [{ pixels, q }] = explained as [{ pixels: Float32Array; q: object }];
  expect(explained.length).toBe(2); // the first answer was another image's
  expect(pixels).toBe(drawing.pixels);
  expect(q).toEqual({ mu: [0, 0], sigma: [1, 1] });
  drawing.undo();
  await reconstructions.explain(model);
  expect(explained.length).toBe(3);
});
