import { expect, test } from "vitest";
import type { Model } from "../core/release/manifest";
import { EngineError } from "./engine";
import { ResilientEngine } from "./resilient";

const model = { id: "m" } as Model;
const z = new Float32Array(2);

function engine(decode: () => Promise<Float32Array>) {
  const made = {
    asked: 0,
    runtime: "browser" as "browser" | "gpu",
    load: async () => {},
    decodeWithClasses: async () => ({ images: z, probabilities: null }),
    encode: async () => ({ mu: z, logvar: z }),
    reconstruct: async () => ({ mu: z, logvar: z, image: await made.decode() }),
    decode: () => {
      made.asked++;
      return decode();
    },
  };
  return made;
}

test("a runtime that cannot start hands over to the server, once and for all", async () => {
  const local = engine(() => Promise.reject(new EngineError("runtime", "blocked")));
  const server = engine(async () => new Float32Array([1]));
  const reports: string[] = [];
  const resilient = new ResilientEngine(local, server, (runtime) => reports.push(runtime));
  expect(await resilient.decode(model, z)).toEqual(new Float32Array([1]));
  expect((await resilient.reconstruct(model, z)).image).toEqual(new Float32Array([1]));
  expect([local.asked, server.asked]).toEqual([1, 2]);
  expect(reports).toEqual(["server"]);
});

test("where there is no server, that is said and nothing is tried again", async () => {
  const local = engine(() => Promise.reject(new EngineError("runtime", "blocked")));
  const reports: string[] = [];
  const resilient = new ResilientEngine(local, null, (runtime) => reports.push(runtime));
  await expect(resilient.decode(model, z)).rejects.toThrow("no server to fall back to");
  await expect(resilient.decode(model, z)).rejects.toThrow("no server to fall back to");
  expect([local.asked, reports]).toEqual([1, ["none"]]);
});

test("a broken model file is reported, not hidden behind the server", async () => {
  const local = engine(() => Promise.reject(new EngineError("model", "damaged")));
  const server = engine(async () => new Float32Array([1]));
  const resilient = new ResilientEngine(local, server, () => {});
  await expect(resilient.decode(model, z)).rejects.toThrow("damaged");
  expect(server.asked).toBe(0);
});

test("moving to the graphics processor is told once an answer comes from there", async () => {
  const local = engine(async () => z);
  const reports: string[] = [];
  const resilient = new ResilientEngine(local, null, (runtime) => reports.push(runtime));
  await resilient.decode(model, z);
  local.runtime = "gpu";
  await resilient.decode(model, z);
  await resilient.decode(model, z);
  expect(reports).toEqual(["browser", "gpu"]);
});
