// Reads the picture of a model's lattice, which the page preloads, into its tiles.

import { once } from "../core/async/once";
import { type TileLattice, tilesOf } from "../core/latent/tile-lattice";
import type { FileEntry, Model } from "../core/release/manifest";

const kept = new Map<string, Promise<TileLattice | null>>();
/** Fetched, and not read yet. */
const pictures = new Map<string, HTMLImageElement>();

/**
 * Fetches a lattice's picture in the way that the page preloads it.
 *
 * A model that loads before anything was asked of its lattice never has it read; of a preload that
 * nobody fetches browsers warn.
 */
export function fetchLattice({ sha256, url }: FileEntry): HTMLImageElement {
  const known = pictures.get(sha256);
  if (known !== undefined) return known;
  const picture = new Image();
  // A picture of another host could else be shown, but not read.
  if (new URL(url, document.baseURI).origin !== location.origin) picture.crossOrigin = "anonymous";
  picture.src = url;
  pictures.set(sha256, picture);
  return picture;
}

/** Returns a model's lattice; null where it has none, or its picture cannot be had now. */
export function latticeOf(model: Model): Promise<TileLattice | null> {
  const { lattice, image } = model;
  if (lattice === undefined) return Promise.resolve(null);
  const reading = once(kept, lattice.sha256, async () => {
    const picture = fetchLattice(lattice);
    await picture.decode().finally(() => pictures.delete(lattice.sha256));
    const { naturalWidth: width, naturalHeight: height } = picture;
    if (width !== lattice.size * image.width || height !== lattice.size * image.height) return null;
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = height;
    // Kept in memory: it is read and never shown.
    const surface = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
    if (surface === null) return null;
    surface.drawImage(picture, 0, 0);
    return tilesOf(surface.getImageData(0, 0, width, height).data, lattice, image);
  });
  return reading.catch(() => null);
}
