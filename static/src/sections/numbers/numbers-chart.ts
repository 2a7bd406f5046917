// How the kinds of models differ in the charts of section "numbers".

import type { ChartLine } from "../../elements/chart/line-chart";

/** The kinds of the study: colour and mark tell them apart, each without the other. */
export const KINDS = {
  ae: { short: "AE", colour: "var(--series-1)", marker: "square" },
  vae: { short: "VAE", colour: "var(--series-2)", marker: "circle" },
  cvae: { short: "CVAE", colour: "var(--series-3)", marker: "triangle" },
} as const satisfies Record<string, Pick<ChartLine, "colour" | "marker"> & { short: string }>;

export type Kind = keyof typeof KINDS;

export const isKind = (kind: string): kind is Kind => kind in KINDS;
