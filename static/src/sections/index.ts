// The sections of the page, in its order: navigation, start and tests go by this one list.
//
// A section's template, script, style and element on the page share its id.

import type { PageContext } from "../app/context";
import * as hover from "./hover/hover";

export interface SectionScript {
  start(context: PageContext, section: HTMLElement): Promise<void>;
}

export interface Section {
  readonly id: string;
  /** Fetches its script. */
  readonly load: () => Promise<SectionScript>;
}

/** The first is what the reader came for: its script comes with the page's own. */
export const SECTIONS: readonly [Section, ...Section[]] = [
  { id: "hover", load: async () => hover },
  { id: "draw", load: () => import("./draw/draw") },
  { id: "inside", load: () => import("./inside/inside") },
  { id: "training", load: () => import("./training/training") },
  { id: "shape", load: () => import("./shape/shape") },
  { id: "autoencoders", load: () => import("./autoencoders/autoencoders") },
  { id: "labels", load: () => import("./labels/labels") },
  { id: "control", load: () => import("./control/control") },
  { id: "classify", load: () => import("./classify/classify") },
  { id: "dimensions", load: () => import("./dimensions/dimensions") },
  { id: "faces", load: () => import("./faces/faces") },
  { id: "numbers", load: () => import("./numbers/numbers") },
  { id: "lab", load: () => import("./lab/lab") },
];

/** Returns those of which the release has the models; the first is always there. */
export function presentSections(): [Section, ...Section[]] {
  const [first, ...later] = SECTIONS;
  return [first, ...later.filter(({ id }) => document.getElementById(id) !== null)];
}
