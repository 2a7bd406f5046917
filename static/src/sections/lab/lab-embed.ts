// The HTML that shows the first bench in a frame of another page.

import { DEFAULT_STATE, type PageState, writeState } from "../../core/link/url-state";
import type { Model } from "../../core/release/manifest";

/**
 * Returns an <iframe> of a model's map as the lab has it.
 *
 * @param base the page's own address.
 * @param ending of the frame's path: a static site has files, a server routes.
 */
export function embedCode(model: Model, state: PageState, base: string, ending: string): string {
  const { labZ, labView, labPinned, labLayers, labLabel } = state;
  const hash = writeState({ ...DEFAULT_STATE, labZ, labView, labPinned, labLayers, labLabel });
  const src = new URL(`embed/map${ending}?model=${model.id}${hash}`, base).href;
  const title = `Latent Atlas: ${model.title}`.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
  return `<iframe src="${src}" title="${title}" width="900" height="620"></iframe>`;
}
