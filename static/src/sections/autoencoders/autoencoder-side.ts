// One side of the section "autoencoders": a model's map, its digit, its places, its samples.

import { type PageContext, sentence } from "../../app/context";
import {
  formatNumber,
  formatPoint,
  type Point,
  squareOf,
  type View,
} from "../../core/geometry/viewport";
import { firstTwo, type Lift, liftAround } from "../../core/latent/plane";
import type { LayerState } from "../../core/link/link-values";
import { circleOf, type Disc, densestPlace, emptiestDisc } from "../../core/points/pockets";
import type { Model } from "../../core/release/manifest";
import { tryAgain } from "../../elements/again";
import type { DigitGrid } from "../../elements/digit-grid";
import type { ImageView } from "../../elements/image-view";
import type { LatentMap } from "../../elements/map/latent-map";
import {
  decoderInto,
  dressMap,
  dressView,
  fillMap,
  latticeOnto,
  loadPart,
  required,
  showError,
} from "../../figures/figure";
import { gridInto, showGridError } from "../../figures/grid";

/** Which plane a map of more than two latents shows. */
export type PlaneName = "pca" | "first";

/** A place of a map, and the view that shows it. */
export interface Place {
  readonly z: Point;
  readonly view: View | null;
}

const PLACES = ["amid the digits", "in a pocket", "outside the circle"];
/** Samples of the prior. */
const DRAWS = 12;
const LATTICE = 20;
const POCKET_LATTICE = 12;
/** A pocket is looked for this near to the middle, in radii of the 99 % circle: among the digits. */
const INNER = 0.5;
/** How far out the bad z lies, and how wide a view the map then shows, in the same radii. */
const FAR_OUT = 1.5;
const FAR_VIEW = 3.6;
/** How wide the view of a pocket is, in its radii; below the second, the reader is in it. */
const POCKET_VIEW = 2.7;
const POCKET_NEAR = 4;

export class Side {
  readonly map: LatentMap;
  readonly view: ImageView;
  readonly places: DigitGrid;
  readonly #prior: DigitGrid;
  readonly #readout: HTMLElement;
  readonly #decode: ReturnType<typeof decoderInto>;
  readonly #decodeLattice: ReturnType<typeof latticeOnto>;
  readonly #decodePlaces: ReturnType<typeof gridInto>;
  readonly #decodePrior: ReturnType<typeof gridInto>;
  #model: Model | null = null;
  /** Counts what was shown: another plane of the same model is another thing. */
  #turn = 0;
  /** Null while that of the model and plane shown is not known. */
  #lift: Lift | null = null;
  #circle: Disc | null = null;
  /** The share of the encodings that the release's circles enclose; null: not known. */
  #enclosed: number | null = null;
  #pocket: Disc | null = null;
  #spots: Place[] = [];
  #loaded = false;
  /** The disc whose lattice was decoded. */
  #drawn: Disc | null = null;

  constructor(
    private readonly context: PageContext,
    section: HTMLElement,
    name: "ae" | "vae",
  ) {
    this.map = required(section, `[data-side=${name}] latent-map`);
    this.view = required(section, `image-view[name=${name}-decoded]`);
    this.places = required(section, `digit-grid[data-places=${name}]`);
    this.#prior = required(section, `digit-grid[data-prior=${name}]`);
    this.#readout = required(section, `[data-readout=${name}]`);
    const isShown = (model: Model): boolean => model === this.#model;
    this.#decode = decoderInto(context, [this.view], isShown, () => this.#answered());
    this.#decodeLattice = latticeOnto(context, this.map);
    this.#decodePlaces = gridInto(context, this.places);
    this.#decodePrior = gridInto(context, this.#prior);
  }

  /** The pocket's radius as a share of the circle's, once it has been found. */
  get pocketShare(): number | null {
    if (this.#pocket === null || this.#circle === null) return null;
    return this.#pocket.radius / this.#circle.radius;
  }

  /** Calls `go` when the reader picks a place; of one that is marked, where `back` leads nowhere. */
  onPick(go: (place: Place) => void, back: () => boolean): void {
    this.places.addEventListener("tile-pick", ({ detail: { index } }) => {
      const place = this.#spots[index];
      if (place === undefined) return;
      if (this.places.marked === index && back()) return;
      go(place);
      this.places.marked = index;
    });
  }

  /** Shows a model's plane; what cannot be loaded costs only its own part of the figure. */
  async show(model: Model, plane: PlaneName, view: View | null, z: Point): Promise<void> {
    this.#model = model;
    const turn = ++this.#turn;
    // The map of two latents is the whole space: its circle follows from its points, too.
    this.#lift = model.latent_size === 2 ? (points) => points : null;
    this.#loaded = false;
    this.#circle = null;
    this.#enclosed = null;
    this.#pocket = null;
    this.#spots = [];
    this.#drawn = null;
    this.places.images = null;
    this.places.captions = PLACES;
    this.places.marked = null;
    const { map } = this;
    dressMap(map, model);
    dressView(this.view, model);
    map.view = view;
    map.z = z;
    const isShown = (): boolean => turn === this.#turn;
    const flat = model.latent_size > 2 && plane === "first";
    try {
      const statistics = await this.context.document(model, "statistics");
      if (!isShown()) return;
      const { circle, splits, plane: pca } = statistics;
      this.#enclosed = circle.share;
      if (flat || model.latent_size === 2) this.#circle = circle;
      else if (pca !== undefined) this.#lift = liftAround(pca, pca.origin);
      if (flat) {
        this.#lift = firstTwo(statistics);
        map.axisNames = ["z₁", "z₂"];
        map.symbol = "(z₁, z₂)";
        map.ellipses = splits.test.map(({ label, mean, variance = [] }) => ({
          label,
          mean: [mean[0] ?? 0, mean[1] ?? 0],
          covariance: [
            [variance[0] ?? 0, 0],
            [0, variance[1] ?? 0],
          ],
        }));
        map.home = { centre: circle.centre, scale: 2.2 * circle.radius };
        map.view = view;
      }
    } catch (error) {
      if (!isShown()) return;
      const again = (): void => {
        if (isShown()) void this.show(model, plane, map.view, map.z ?? z);
      };
      if (this.#lift === null) {
        showError([map, this.view], sentence(`The plane of ${model.id}`, error), again);
        await this.#drawPrior(model);
        return;
      }
      tryAgain(this.places, again); // only the circle is missing
    }
    map.circle = this.#circle;
    const loaded = await loadPart(this.context, model, "decoder", [this.view], isShown);
    if (!isShown()) return;
    this.#loaded = loaded;
    this.draw(map.z ?? z);
    if (flat) map.state = "ready";
    else await fillMap(this.context, map, model);
    if (!isShown()) return;
    this.#explore();
    this.drawLattice();
    this.#showPlaces();
    await this.#drawPrior(model);
  }

  /** Shows what needs the decoder, once a decoder that could not be loaded answers after all. */
  #answered(): void {
    if (this.#loaded || this.view.state !== "ready") return;
    this.#loaded = true;
    this.drawLattice();
    this.#showPlaces();
  }

  #showPlaces(): void {
    const model = this.#model;
    // With more latents a place of a plane is no place of the space: what is empty here may not be.
    if (model?.latent_size !== 2) return;
    const reason = this.#loaded ? this.map.message : this.view.message;
    if (this.#loaded && this.#spots.length > 0) {
      this.#decodePlaces({ model, z: this.#spots.flatMap((spot) => spot.z) });
    } else if (reason !== "") showError([this.places], reason);
  }

  /** Finds the pocket from the points, and the circle on the plane of the PCA. */
  #explore(): void {
    const { points } = this.map;
    if (points === null || this.#enclosed === null) return;
    this.#circle ??= circleOf(points, this.#enclosed);
    this.map.circle = this.#circle;
    const { centre, radius } = this.#circle;
    this.#pocket = emptiestDisc(points, { centre, radius: INNER * radius });
    const pocket = this.#pocket;
    this.#spots = [
      { z: densestPlace(points, this.#circle), view: null },
      { z: pocket.centre, view: { centre: pocket.centre, scale: POCKET_VIEW * pocket.radius } },
      { z: [centre[0] + FAR_OUT * radius, centre[1]], view: { centre, scale: FAR_VIEW * radius } },
    ];
    this.#say();
  }

  /** Decodes draws of N(0, I), the same ones for every model of as many latents. */
  async #drawPrior(model: Model): Promise<void> {
    try {
      const { z } = await this.context.document(model, "prior");
      if (this.#model === model) this.#decodePrior({ model, z: z.slice(0, DRAWS).flat() });
    } catch (error) {
      if (this.#model === model) {
        showGridError(this.#prior, `The samples of ${model.id}`, error, () => {
          if (this.#model === model) void this.#drawPrior(model);
        });
      }
    }
  }

  /** Decodes z, and says where it is. */
  draw(z: Point): void {
    if (this.#model === null || this.#lift === null) return;
    this.#decode({ model: this.#model, z: this.#lift(Float32Array.from(z)) });
    this.#say();
  }

  /** Decodes the lattice, where switched on: of the pocket in view, else of the circle. */
  drawLattice(): void {
    const { view } = this.map;
    const found = this.#pocket;
    const isIn =
      found !== null &&
      view.scale < POCKET_NEAR * found.radius &&
      distance(view.centre, found.centre) < found.radius;
    const disc = isIn ? found : this.#circle;
    if (this.#model === null || this.#lift === null || !this.#loaded || disc === null) return;
    if (this.map.layers.lattice !== true || disc === this.#drawn) return;
    this.#drawn = disc;
    const sites = isIn ? POCKET_LATTICE : LATTICE;
    this.#decodeLattice({
      model: this.#model,
      // Inscribed in the circle.
      bounds: squareOf({ centre: disc.centre, scale: Math.SQRT2 * disc.radius }),
      columns: sites,
      rows: sites,
      lift: this.#lift,
    });
  }

  setLayers(layers: LayerState): void {
    this.map.layers = layers;
    this.drawLattice();
  }

  /** Says where z is, against the circle. */
  #say(): void {
    const { z } = this.map;
    if (z === null) return;
    let where = "";
    if (this.#circle !== null) {
      const out = distance(z, this.#circle.centre) / this.#circle.radius;
      const pocket = this.#pocket;
      const isIn = pocket !== null && distance(z, pocket.centre) < pocket.radius;
      const place = isIn ? "in the pocket" : `${out > 1 ? "outside" : "inside"} the 99 % circle`;
      where = `, ${formatNumber(out, 2)} radii from the middle: ${place}.`;
    }
    this.#readout.textContent = `${this.map.symbol} = ${formatPoint(z, 2)}${where}`;
  }
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}
