import { expect, test } from "vitest";
import type { TileLattice } from "../core/latent/tile-lattice";
import type { Model } from "../core/release/manifest";
import { type Decoded, EngineError, type Request } from "./engine";
import { LatticeEngine } from "./lattice-engine";

const model = {
  id: "m",
  latent_size: 2,
  decoder: { url: "", sha256: "d", bytes: 1 },
  lattice: { url: "", sha256: "l", bytes: 1 },
} as Model;
const lattice: TileLattice = {
  size: 2,
  range: 1,
  exponent: 1,
  image: { width: 1, height: 1, channels: 1 },
  tiles: Uint8Array.of(0, 255, 0, 255),
};
const z = Float32Array.of(0, 0);

/** An engine that answers once it is let; `fail` makes it fail. */
function exact() {
  let open = (): void => {};
  const arrived = new Promise<void>((resolve) => {
    open = resolve;
  });
  const made = {
    asked: [] as string[],
    error: null as EngineError | null,
    arrive: () => open(),
    run: async (_: Model, { kind }: Request) => {
      made.asked.push(kind);
      await arrived;
      if (made.error !== null) throw made.error;
      return { images: Float32Array.of(0.75), probabilities: null };
    },
  };
  return made;
}

async function decoded(engine: LatticeEngine): Promise<[number, boolean]> {
  const { images, approximate = false }: Decoded = await engine.decodeWithClasses(model, z);
  return [images[0] as number, approximate];
}

test("b20: the lattice answers until the model has, and then never again", async () => {
  const inner = exact();
  const engine = new LatticeEngine(inner, async () => lattice);
  const loading = engine.load(model, "decoder");
  expect(await decoded(engine)).toEqual([0.5, true]);
  inner.arrive();
  await loading;
  expect(await decoded(engine)).toEqual([0.75, false]);
  expect(inner.asked).toEqual(["load", "decode", "decode"]);
});

test("b20: without its picture, or where that stalls, the model is waited for", async () => {
  for (const tiles of [Promise.resolve(null), new Promise<null>(() => {})]) {
    const inner = exact();
    const engine = new LatticeEngine(inner, () => tiles);
    const loading = engine.load(model, "decoder");
    const answer = decoded(engine);
    inner.arrive();
    await loading;
    expect(await answer).toEqual([0.75, false]);
  }
});

test("b20: where nothing runs the model, loading says so and the lattice goes on", async () => {
  const inner = exact();
  inner.error = new EngineError("server", "the server does not answer");
  inner.arrive();
  const engine = new LatticeEngine(inner, async () => lattice);
  await expect(engine.load(model, "decoder")).rejects.toMatchObject({ reason: "server" });
  expect(await decoded(engine)).toEqual([0.5, true]);
  inner.error = null;
  await engine.load(model, "decoder");
  expect(await decoded(engine)).toEqual([0.75, false]);
  inner.error = new EngineError("server", "the server does not answer");
  expect(await decoded(engine)).toEqual([0.5, true]);
});

test("b20: a model without a lattice, and whatever is no decoding, is passed on", async () => {
  const inner = exact();
  inner.arrive();
  const engine = new LatticeEngine(inner, async () => lattice);
  const { lattice: _, ...plain } = model;
  expect(await engine.decode(plain as Model, z)).toEqual(Float32Array.of(0.75));
  await engine.encode(model, z);
  expect(inner.asked).toEqual(["decode", "encode"]);
});
