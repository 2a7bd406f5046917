// Messages between the page and the worker that runs the models.

import type { Model } from "../core/manifest";
import type { EngineError, Part } from "./engine";
import type { Means } from "./means";

/** What a model's id stands for from now on: sent once, because copying it takes longer than a call. */
export interface Introduction {
  kind: "model";
  model: Model;
}

export type Request =
  | { kind: "load"; model: string; part: Part }
  | { kind: "means"; model: string }
  | { kind: "decode"; model: string; z: Float32Array; labels?: number[] }
  | { kind: "encode"; model: string; pixels: Float32Array; label?: number };

export type Call = Request & { call: number };

export type Reply =
  | { call: number; kind: "progress"; share: number }
  | { call: number; kind: "done"; result: Means | Float32Array[] }
  | { call: number; kind: "failed"; reason: EngineError["reason"]; message: string };
