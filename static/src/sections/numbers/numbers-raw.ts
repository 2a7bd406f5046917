// Part "raw" of section "numbers": t-SNE of the digits' own pixels, which needs no model.

import { type PageContext, sentence } from "../../app/context";
import type { LatentMap } from "../../elements/map/latent-map";
import { required } from "../../figures/figure";

export async function showRawPixels(context: PageContext, part: HTMLElement): Promise<void> {
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
    map.message = sentence("The layout of the pixels", error);
    map.state = "error";
  }
}
