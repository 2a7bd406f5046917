// The layers of a map that have to be fetched or decoded: only once they are switched on.

import { type PageContext, sentence } from "../app/context";
import { settled } from "../core/async/settled";
import { PLAIN, withinUnit } from "../core/geometry/quantiles";
import { squareOf } from "../core/geometry/viewport";
import type { LayerState } from "../core/link/link-values";
import { FIRST_LAYERS, shapesOf } from "../core/points/map-layers";
import type { Model } from "../core/release/manifest";
import type { ModelDocuments } from "../core/release/release";
import type { LatentMap } from "../elements/map/latent-map";
import { type LatticeRequest, latticeOnto, mended } from "./figure";

/** Tiles along each side of a lattice. */
export const LATTICE_SIDE = 20;
/** A lattice is decoded when the view has rested for so long: while it moves the old one does. */
const REST_MS = 120;

/** What a lattice on a map is decoded from, apart from the view. */
export type LatticeSource = Pick<LatticeRequest, "label" | "lift">;

/** Where a lattice over all that a map shows lies, and what takes its sites to z. */
export function latticeOver({ view, warp }: LatentMap): Pick<LatticeRequest, "bounds" | "lift"> {
  const bounds = squareOf(view);
  if (warp === PLAIN) return { bounds };
  return { bounds: withinUnit(bounds), lift: (sites) => sites.map(warp.z) };
}

export class MapLayers {
  on: LayerState = FIRST_LAYERS;
  private model: Model | null = null;
  private readonly drawLattice: ReturnType<typeof latticeOnto>;
  private readonly drawSoon = settled<void>(REST_MS, () => this.drawNow());

  /** @param source null while sites of the map cannot be placed in the latent space. */
  constructor(
    private readonly context: PageContext,
    private readonly map: LatentMap,
    private readonly source: () => LatticeSource | null = () => ({}),
  ) {
    this.drawLattice = latticeOnto(context, map);
    map.addEventListener("view-change", () => this.moved());
    this.switchTo({});
  }

  /** The map, dressed anew, is of this model, which can decode. */
  show(model: Model): void {
    this.model = model;
    this.fill();
    this.drawNow();
  }

  leave(): void {
    this.model = null;
  }

  /** Switches layers; those that are not named are as at first. */
  switchTo(layers: LayerState): void {
    const before = this.on;
    this.on = { ...FIRST_LAYERS, ...layers };
    this.map.layers = { ...this.map.layers, ...this.on };
    this.fill();
    const isWarped = this.on.quantiles !== before.quantiles;
    if (isWarped) {
      // What it showed was measured otherwise.
      this.map.view = null;
      this.map.lattice = null;
    }
    if (this.on.lattice && (isWarped || !before.lattice)) this.drawNow();
  }

  /** The view changed, or what the lattice is decoded from: it follows when that comes to rest. */
  moved(): void {
    if (this.on.lattice) this.drawSoon();
  }

  private drawNow(): void {
    const source = this.source();
    if (this.model === null || !this.on.lattice || source === null) return;
    this.drawLattice({
      model: this.model,
      ...latticeOver(this.map),
      columns: LATTICE_SIDE,
      rows: LATTICE_SIDE,
      ...source,
    });
  }

  private fill(): void {
    const { ellipses, circle, targets, regions } = this.on;
    if (ellipses || circle || targets) {
      void this.set("statistics", "The shapes of this map", shapesOf);
    }
    if (regions && this.model?.regions !== undefined) {
      void this.set("regions", "The class regions", (_, regions) => ({ regions }));
    }
  }

  /** Sets what a document of the present model says of the map; says so if that fails. */
  private async set<Name extends "statistics" | "regions">(
    name: Name,
    subject: string,
    propertiesOf: (model: Model, document: ModelDocuments[Name]) => Partial<LatentMap>,
  ): Promise<void> {
    const { model } = this;
    if (model === null) return;
    try {
      const document = await this.context.document(model, name);
      if (this.model !== model) return;
      Object.assign(this.map, propertiesOf(model, document));
      mended(this.map, subject);
    } catch (error) {
      if (this.model !== model) return;
      this.map.fail(sentence(subject, error), () => void this.set(name, subject, propertiesOf));
    }
  }
}
