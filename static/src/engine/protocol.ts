// Messages between the page and a worker that runs the models.

import type { FileEntry, Model } from "../core/release/manifest";
import type { EngineError, Request } from "./engine";
import type { Format } from "./read-release";

/** What a worker is told without an answer. */
export type Notice =
  /** What a model's id stands for: sent once, because copying it takes longer than a call. */
  | { kind: "model"; model: Model }
  /** To be used by its runtime, which has not started yet. */
  | { kind: "threads"; count: number };

/** A file of the release, to fetch, check and read. */
export interface FileRequest {
  kind: "file";
  file: FileEntry;
  format: Format;
}

/** Work with a model, by its id, or with a file. */
export type Call = ((Request & { model: string }) | FileRequest) & { call: number };

export type Reply =
  | { call: number; kind: "progress"; share: number }
  | { call: number; kind: "done"; result: unknown }
  | { call: number; kind: "failed"; reason: EngineError["reason"]; message: string };
