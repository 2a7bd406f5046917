// How the kinds of models differ in the charts of section "numbers".

import type { ChartLine } from "../../elements/chart/line-chart";

/** The kinds of the study: colour and mark tell them apart, each without the other. */
export const KINDS = {
  ae: { short: "AE", colour: "var(--series-1)", marker: "square" },
  vae: { short: "VAE", colour: "var(--series-2)", marker: "circle" },
  cvae: { short: "CVAE", colour: "var(--series-3)", marker: "triangle" },
} as const satisfies Record<string, Pick<ChartLine, "colour" | "marker"> & { short: string }>;

export type Kind = keyof typeof KINDS;

const MARKERS = ["circle", "square", "triangle", "diamond", "wedge", "plus"] as const;

/**
 * How the n-th of so many sizes of one kind looks: darker on light, lighter on dark the larger it is,
 * and with a mark of its own.
 */
export function styleOfSize(
  kind: Kind,
  n: number,
  sizes: number,
): Pick<ChartLine, "colour" | "marker"> {
  const ink = Math.round((60 * n) / Math.max(1, sizes - 1));
  const { colour } = KINDS[kind];
  return {
    colour: `color-mix(in oklab, ${colour}, var(--text) ${ink}%)`,
    marker: MARKERS[n % MARKERS.length] as (typeof MARKERS)[number],
  };
}

export const isKind = (kind: string): kind is Kind => kind in KINDS;
