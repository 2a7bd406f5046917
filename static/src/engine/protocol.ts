// Messages between the page and a worker that runs the models.

import type { FileEntry, Model } from "../core/release/manifest";
import type { EngineError, Request } from "./engine";
import type { Format } from "./read-release";

type ModelCall = Request & {
  model: string;
  /** What its id stands for: sent once, because copying it takes longer than a call. */
  introduced: Model | undefined;
};

/** Work with a model, or a file of the release to fetch, check and read. */
export type Call = (ModelCall | { kind: "file"; file: FileEntry; format: Format }) & {
  call: number;
};

export type Reply =
  | { call: number; kind: "progress"; share: number }
  | { call: number; kind: "done"; result: unknown }
  | { call: number; kind: "failed"; reason: EngineError["reason"]; message: string };
