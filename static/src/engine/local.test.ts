import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Model } from "../core/release/manifest";
import type { Part } from "./engine";
import type { Lane } from "./worker-client";
import { LocalEngine } from "./local";

const face = (id: string) =>
  ({
    id,
    latent_size: 2,
    condition: "none",
    image: { height: 64, width: 64, channels: 3 },
    decoder: { sha256: id },
  }) as Model;
const digit = { ...face("digit"), image: { height: 28, width: 28, channels: 1 } };
const z = Float32Array.of(1, 2);

let now = 0;
beforeEach(() => {
  vi.spyOn(performance, "now").mockImplementation(() => now);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** A lane that takes so long to decode. */
class FakeLane {
  readonly log: string[] = [];
  broken = false;

  constructor(
    readonly milliseconds: number,
    readonly gpu = false,
  ) {}

  async load(model: Model, part: Part): Promise<void> {
    this.log.push(`load ${model.id} ${part}`);
    if (this.broken) throw new Error("broken");
  }

  async decode(_: Model, points: Float32Array) {
    if (this.broken) throw new Error("broken");
    now += this.milliseconds;
    return { images: points, probabilities: null };
  }

  async encode() {
    return { mu: z, logvar: z };
  }

  async reconstruct() {
    this.log.push("reconstruct");
    return { mu: z, logvar: z, image: z };
  }

  release(model: Model): void {
    this.log.push(`release ${model.id}`);
  }

  close(): void {
    this.log.push("close");
  }
}

function engine(first: FakeLane, rivals: FakeLane[]) {
  const made = { searches: 0 };
  const local = new LocalEngine(first as unknown as Lane, async () => {
    made.searches++;
    return rivals as unknown as Lane[];
  });
  return Object.assign(made, { local });
}

/** Waits until the race is over. */
async function raced(lane: FakeLane, end: string): Promise<void> {
  await expect.poll(() => lane.log).toContain(end);
}

test("a large model moves to the fastest runtime; the others let it go", async () => {
  const [first, threads, gpu] = [new FakeLane(3), new FakeLane(1.5), new FakeLane(0.2, true)];
  const { local } = engine(first, [threads, gpu]);
  await local.load(face("face"), "decoder");
  expect(local.runtime).toBe("browser");
  await raced(threads, "close");
  expect(first.log).toEqual(["load face decoder", "release face"]);
  expect(gpu.log).toEqual(["load face decoder"]);
  expect(local.runtime).toBe("gpu");
  first.broken = true; // it is not asked any more
  expect(await local.decode(face("face"), z)).toEqual(z);
  await local.load(face("face"), "decoder");
});

test("where nothing is faster, the first runtime goes on and the others end", async () => {
  const [first, gpu] = [new FakeLane(0.2), new FakeLane(2, true)];
  const made = engine(first, [gpu]);
  await made.local.load(face("one"), "decoder");
  await raced(gpu, "close");
  await made.local.load(face("two"), "decoder");
  expect(await made.local.decode(face("two"), z)).toEqual(z);
  expect(first.log).toEqual(["load one decoder", "load two decoder"]);
  expect(gpu.log).toEqual(["load one decoder", "release one", "close"]);
  expect(made.searches).toBe(1);
  expect(made.local.runtime).toBe("browser");
});

test("a runtime that does not start is out of the race", async () => {
  const [first, gpu] = [new FakeLane(0.2), new FakeLane(0, true)];
  gpu.broken = true;
  const { local } = engine(first, [gpu]);
  await local.load(face("face"), "decoder");
  await raced(gpu, "close");
  expect(await local.decode(face("face"), z)).toEqual(z);
});

test("a runtime that fails later gives its models back", async () => {
  const [first, gpu] = [new FakeLane(2), new FakeLane(0.1, true)];
  const { local } = engine(first, [gpu]);
  await local.load(face("face"), "decoder");
  await raced(first, "release face");
  expect(local.runtime).toBe("gpu");
  gpu.broken = true;
  expect(await local.decode(face("face"), z)).toEqual(z);
  expect(gpu.log).toContain("close");
  expect(local.runtime).toBe("browser");
});

test("small models race against nobody", async () => {
  const made = engine(new FakeLane(1), [new FakeLane(0)]);
  await made.local.load(digit, "decoder");
  await made.local.decode(digit, z);
  expect(made.searches).toBe(0);
});

test("a small model reconstructs in one call, a large one wherever its decoder is", async () => {
  const [first, gpu] = [new FakeLane(2), new FakeLane(0.1, true)];
  const { local } = engine(first, [gpu]);
  expect((await local.reconstruct(digit, z)).image).toEqual(z);
  expect(first.log).toEqual(["reconstruct"]);
  await local.load(face("face"), "decoder");
  await raced(first, "release face");
  first.broken = true; // as a decoder: it encodes all the same
  expect(await local.reconstruct(face("face"), z)).toEqual({ mu: z, logvar: z, image: z });
});
