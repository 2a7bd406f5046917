// The layers of a map that have to be fetched or decoded: only once they are switched on.

import { type PageContext, sentence } from "../app/context";
import { settled } from "../core/async/settled";
import { squareOf } from "../core/geometry/viewport";
import type { LayerState } from "../core/link/link-values";
import { FIRST_LAYERS, shapesOf } from "../core/points/map-layers";
import type { Model } from "../core/release/manifest";
import type { ModelDocuments } from "../core/release/release";
import type { LatentMap } from "../elements/map/latent-map";
import { type LatticeRequest, latticeOnto } from "./figure";

/** Tiles along each side of a lattice. */
export const LATTICE_SIDE = 20;
/** A lattice is decoded when the view has rested for so long: while it moves the old one does. */
const REST_MS = 120;

/** What a lattice on a map is decoded from, apart from the view. */
export type LatticeSource = Pick<LatticeRequest, "label" | "lift">;

export class MapLayers {
  /** Which layers are on. */
  on: LayerState = FIRST_LAYERS;
  private model: Model | null = null;
  private readonly asked = new Set<"statistics" | "regions">();
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
    this.asked.clear();
    this.fill();
    this.drawNow();
  }

  /** The map is of another model, which cannot decode yet. */
  leave(): void {
    this.model = null;
  }

  /** Switches layers; those that are not named are as at first. */
  switchTo(layers: LayerState): void {
    const before = this.on.lattice;
    this.on = { ...FIRST_LAYERS, ...layers };
    this.map.layers = { ...this.map.layers, ...this.on };
    this.fill();
    if (this.on.lattice && !before) this.drawNow();
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
      bounds: squareOf(this.map.view),
      columns: LATTICE_SIDE,
      rows: LATTICE_SIDE,
      ...source,
    });
  }

  private fill(): void {
    const { ellipses, circle, targets, regions } = this.on;
    if (ellipses || circle || targets) {
      void this.once("statistics", "The shapes of this map", shapesOf);
    }
    if (regions && this.model?.regions !== undefined) {
      void this.once("regions", "The class regions", (_, regions) => ({ regions }));
    }
  }

  /** Fetches a document of the present model, unless that has been done; says so if it fails. */
  private async once<Name extends "statistics" | "regions">(
    name: Name,
    subject: string,
    propertiesOf: (model: Model, document: ModelDocuments[Name]) => Partial<LatentMap>,
  ): Promise<void> {
    const { model } = this;
    if (model === null || this.asked.has(name)) return;
    this.asked.add(name);
    try {
      const document = await this.context.document(model, name);
      if (this.model === model) Object.assign(this.map, propertiesOf(model, document));
    } catch (error) {
      if (this.model !== model) return;
      this.asked.delete(name);
      this.map.message = sentence(subject, error);
      this.map.state = "error";
    }
  }
}
