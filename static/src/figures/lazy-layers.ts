// The layers of a map that have to be fetched or decoded: only once they are switched on.

import { type PageContext, sentence } from "../app/context";
import { squareOf } from "../core/geometry/viewport";
import type { LayerState } from "../core/link/link-values";
import { FIRST_LAYERS, shapesOf } from "../core/points/map-layers";
import type { Model } from "../core/release/manifest";
import type { LatentMap } from "../elements/map/latent-map";
import { type LatticeRequest, latticeOnto } from "./figure";

/** Tiles along each side of a lattice. */
export const LATTICE_SIDE = 20;
/** A lattice is decoded when the view has rested for so long: while it moves the old one does. */
const REST_MS = 120;

/** What a lattice on a map is made of, besides the view. */
export type LatticeSource = Pick<LatticeRequest, "label" | "lift">;

export class MapLayers {
  /** Which layers are on. */
  on: LayerState = FIRST_LAYERS;
  private model: Model | null = null;
  private readonly asked = new Set<"statistics" | "regions">();
  private readonly drawLattice: ReturnType<typeof latticeOnto>;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** @param source null while there is no saying where a site of the map is. */
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
    clearTimeout(this.timer);
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
    if (!this.on.lattice) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.drawNow(), REST_MS);
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
    if (ellipses || circle || targets) void this.fetchShapes();
    if (regions) void this.fetchRegions();
  }

  private async fetchShapes(): Promise<void> {
    await this.once("statistics", "The shapes of this map", async (model) => {
      const shapes = shapesOf(model, await this.context.document(model, "statistics"));
      return () => Object.assign(this.map, shapes);
    });
  }

  private async fetchRegions(): Promise<void> {
    if (this.model?.regions === undefined) return;
    await this.once("regions", "The class regions", async (model) => {
      const regions = await this.context.document(model, "regions");
      return () => {
        this.map.regions = regions;
      };
    });
  }

  /** Fetches something for the present model, unless that has been done; says so if it fails. */
  private async once(
    name: "statistics" | "regions",
    subject: string,
    fetch: (model: Model) => Promise<() => void>,
  ): Promise<void> {
    const { model } = this;
    if (model === null || this.asked.has(name)) return;
    this.asked.add(name);
    try {
      const put = await fetch(model);
      if (this.model === model) put();
    } catch (error) {
      if (this.model !== model) return;
      this.asked.delete(name);
      this.map.message = sentence(subject, error);
      this.map.state = "error";
    }
  }
}
