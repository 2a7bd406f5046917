// Section "numbers": what was measured, as charts, samples and projections; its tables are HTML.

import { type PageContext, sentence } from "../../app/context";
import { whenNear } from "../../app/when-near";
import type { LatentMap } from "../../elements/map/latent-map";
import { required, showError } from "../../figures/figure";
import { showCurves } from "./numbers-curves";
import { showErrors } from "./numbers-errors";
import { showProjections } from "./numbers-projections";
import { showRate } from "./numbers-rate";
import { showRoc } from "./numbers-roc";
import { showSamples } from "./numbers-samples";

type Part = (context: PageContext, part: HTMLElement) => Promise<void>;

/** The section is long: each part fetches what it shows when it comes near itself. */
const PARTS: Record<string, Part> = {
  errors: showErrors,
  curves: showCurves,
  rate: showRate,
  samples: showSamples,
  projections: showProjections,
  raw: showRawPixels,
  roc: showRoc,
};

export async function start(context: PageContext, section: HTMLElement): Promise<void> {
  for (const [name, show] of Object.entries(PARTS)) {
    // A part that the release has nothing for is not in the page.
    const part = section.querySelector<HTMLElement>(`[data-part=${name}]`);
    if (part !== null) whenNear(part, () => void show(context, part));
  }
}

/** t-SNE of the digits' own pixels, which needs no model. */
async function showRawPixels(context: PageContext, part: HTMLElement): Promise<void> {
  const map = required<LatentMap>(part, "latent-map");
  const file = context.manifest.datasets.mnist?.raw_tsne;
  if (file === undefined) return;
  // Neither places nor distances mean anything here.
  map.layers = { axes: false, cursor: false };
  try {
    const layout = await context.layout(file);
    map.home = layout.view;
    map.statistics = layout.statistics;
    map.points = layout;
  } catch (error) {
    showError([map], sentence("The layout of the pixels", error), () => {
      void showRawPixels(context, part);
    });
  }
}
