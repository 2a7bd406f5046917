// Answers from a model's lattice of decoded tiles while the model itself cannot.

import { blendTiles, type TileLattice } from "../core/latent/tile-lattice";
import type { Model } from "../core/release/manifest";
import { Engine, type Request } from "./engine";

/**
 * An engine whose decodings may be approximate, and then say so.
 *
 * A model answers for itself once `load` of its decoder has resolved. That decodes something, too:
 * whether a server answers, nobody knows before.
 */
export class LatticeEngine extends Engine {
  /** Decoders that answer, by hash. */
  private readonly opened = new Set<string>();
  /** Those that are being loaded: each resolves with null, or never. */
  private readonly opening = new Map<string, Promise<null>>();

  /** @param tiles of a model that has a lattice; null where they cannot be had. */
  constructor(
    private readonly exact: Pick<Engine, "run">,
    private readonly tiles: (model: Model) => Promise<TileLattice | null>,
  ) {
    super();
  }

  async run(model: Model, request: Request, progress?: (share: number) => void): Promise<unknown> {
    if (model.lattice === undefined) return this.exact.run(model, request, progress);
    const { sha256 } = model.decoder;
    if (request.kind === "load" && request.part === "decoder") {
      const opened = this.open(model, request, progress);
      const never = new Promise<null>(() => {});
      this.opening.set(
        sha256,
        opened.then(
          () => null,
          () => never,
        ),
      );
      return opened;
    }
    if (request.kind !== "decode") return this.exact.run(model, request, progress);
    if (!this.opened.has(sha256)) {
      // A picture that has stalled holds nothing up.
      const first = [this.tiles(model), this.opening.get(sha256)];
      const tiles = await Promise.race(first.filter((one) => one !== undefined));
      if (tiles !== null) {
        const images = blendTiles(tiles, request.z);
        return { images, probabilities: null, approximate: true };
      }
    }
    try {
      return await this.exact.run(model, request, progress);
    } catch (error) {
      // What has run it is gone; the lattice is still there.
      if (this.opened.delete(sha256)) return this.run(model, request);
      throw error;
    }
  }

  private async open(
    model: Model,
    request: Request,
    progress?: (share: number) => void,
  ): Promise<unknown> {
    const answer = await this.exact.run(model, request, progress);
    await this.exact.run(model, { kind: "decode", z: new Float32Array(model.latent_size) });
    this.opened.add(model.decoder.sha256);
    return answer;
  }
}
