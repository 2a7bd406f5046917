// Messages between the page and the worker that runs the models.

import type { Model } from "../core/manifest";
import type { EngineError, Part } from "./engine";
import type { Means } from "./means";

export type Request =
  | { kind: "load"; model: Model; part: Part }
  | { kind: "means"; model: Model }
  | { kind: "decode"; model: Model; z: Float32Array; labels?: number[] }
  | { kind: "encode"; model: Model; pixels: Float32Array; label?: number };

export type Call = Request & { call: number };

export type Reply =
  | { call: number; kind: "progress"; share: number }
  | { call: number; kind: "done"; result: Means | Float32Array[] }
  | { call: number; kind: "failed"; reason: EngineError["reason"]; message: string };
