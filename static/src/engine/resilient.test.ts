import { expect, test } from "vitest";
import type { Model } from "../core/release/manifest";
import { EngineError } from "./engine";
import { ResilientEngine } from "./resilient";

const model = { id: "m" } as Model;
const z = new Float32Array(2);
const answer = new Float32Array([1]);

/** An engine that gives one answer, or fails; it counts what it is asked. */
function engine(error?: EngineError) {
  const made = {
    asked: 0,
    run: async () => {
      made.asked++;
      if (error !== undefined) throw error;
      return { images: answer, probabilities: null };
    },
  };
  return made;
}

test("a runtime that cannot start hands over to the server, once and for all", async () => {
  const local = engine(new EngineError("runtime", "blocked"));
  const server = engine();
  const reports: string[] = [];
  const resilient = new ResilientEngine(local, server, (runtime) => reports.push(runtime));
  expect(await resilient.decode(model, z)).toEqual(answer);
  expect(await resilient.decode(model, z)).toEqual(answer);
  expect([local.asked, server.asked]).toEqual([1, 2]);
  expect(reports).toEqual(["server"]);
});

test("where there is no server, that is said and nothing is tried again", async () => {
  const local = engine(new EngineError("runtime", "blocked"));
  const reports: string[] = [];
  const resilient = new ResilientEngine(local, null, (runtime) => reports.push(runtime));
  for (let i = 0; i < 2; i++) {
    await expect(resilient.decode(model, z)).rejects.toMatchObject({ reason: "runtime" });
  }
  expect([local.asked, reports]).toEqual([1, ["none"]]);
});

test("a broken model file is reported, not hidden behind the server", async () => {
  const server = engine();
  const local = engine(new EngineError("model", "damaged"));
  const resilient = new ResilientEngine(local, server, () => {});
  await expect(resilient.decode(model, z)).rejects.toThrow("damaged");
  expect(server.asked).toBe(0);
});

test("which engine answers is told once", async () => {
  const reports: string[] = [];
  const resilient = new ResilientEngine(engine(), null, (runtime) => reports.push(runtime));
  await resilient.decode(model, z);
  await resilient.decode(model, z);
  expect(reports).toEqual(["browser"]);
});
