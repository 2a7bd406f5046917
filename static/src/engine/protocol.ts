// Messages between the page and the worker that runs the models.

import type { FileEntry, Model } from "../core/release/manifest";
import type { EngineError, Part } from "./engine";
import type { Format } from "./read-release";

/** What a model's id stands for from now on: sent once, because copying it takes longer than a call. */
export interface Introduction {
  kind: "model";
  model: Model;
}

/** What a worker is told without an answer. */
export type Notice =
  | Introduction
  /** Nobody will ask for this part of a model again. */
  | { kind: "release"; file: FileEntry }
  /** To be used by its runtime, which has not started yet. */
  | { kind: "threads"; count: number };

/** Work with a model that was introduced. */
export type Request =
  | { kind: "load"; model: string; part: Part }
  | { kind: "decode"; model: string; z: Float32Array; labels?: number[] }
  | { kind: "encode"; model: string; pixels: Float32Array; label?: number }
  /** Encode and decode: in one message, so that a pen waits for one answer and not for two. */
  | { kind: "reconstruct"; model: string; pixels: Float32Array; label?: number };

/** A file of the release, to fetch, check and read. */
export interface FileRequest {
  kind: "file";
  file: FileEntry;
  format: Format;
}

export type Call = (Request | FileRequest) & { call: number };

export type Reply =
  | { call: number; kind: "progress"; share: number }
  | { call: number; kind: "done"; result: unknown }
  | { call: number; kind: "failed"; reason: EngineError["reason"]; message: string };
