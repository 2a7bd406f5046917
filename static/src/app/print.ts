// Prepares the page for paper: there nothing is drawn anew, so each map keeps the size that it has
// on the screen, and is scaled as a whole.

import type { LatentMap } from "../elements/map/latent-map";

/** Two of them stand beside each other on a sheet (CSS pixels). */
const PRINTED_WIDTH = 325;

export function preparePrinting(): void {
  addEventListener("beforeprint", () => {
    for (const map of document.querySelectorAll<LatentMap>("latent-map")) {
      const { width, height } = map.size;
      if (width === 0) continue;
      map.style.setProperty("--printed-width", `${width}px`);
      map.style.setProperty("--printed-height", `${height}px`);
      map.style.setProperty("--printed-zoom", String(PRINTED_WIDTH / width));
    }
  });
}
