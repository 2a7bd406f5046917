// One side of the section "autoencoders": a model's map, its digit, its places, its samples.

import { type PageContext, sentence } from "../../app/context";
import { inscribedSquare } from "../../core/geometry/lattice";
import { formatNumber, formatPoint, type Point, type View } from "../../core/geometry/viewport";
import { firstTwo, type Lift, liftAround } from "../../core/latent/plane";
import type { LayerState } from "../../core/link/link-values";
import { circleOf, type Disc, densestPlace, emptiestDisc } from "../../core/points/pockets";
import type { Model } from "../../core/release/manifest";
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

const PLACES = ["where the digits crowd", "in a pocket", "outside the circle"];
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
  readonly #places: DigitGrid;
  readonly #prior: DigitGrid;
  readonly #readout: HTMLElement;
  readonly #context: PageContext;
  readonly #decode: ReturnType<typeof decoderInto>;
  readonly #decodeLattice: ReturnType<typeof latticeOnto>;
  readonly #decodePlaces: ReturnType<typeof gridInto>;
  readonly #decodePrior: ReturnType<typeof gridInto>;
  #model: Model | null = null;
  /** Counts what was shown: another plane of the same model is another thing. */
  #turn = 0;
  #lift: Lift = (points) => points;
  #circle: Disc | null = null;
  #pocket: Disc | null = null;
  #spots: Place[] = [];
  /** Whether the lift is that of the model and plane shown. */
  #lifted = false;
  #loaded = false;
  /** The disc whose lattice was decoded. */
  #drawn: Disc | null = null;

  constructor(context: PageContext, section: HTMLElement, name: "ae" | "vae") {
    this.#context = context;
    this.map = required(section, `[data-side=${name}] latent-map`);
    this.view = required(section, `image-view[name=${name}-decoded]`);
    this.#places = required(section, `digit-grid[data-places=${name}]`);
    this.#prior = required(section, `digit-grid[data-prior=${name}]`);
    this.#readout = required(section, `[data-readout=${name}]`);
    const isShown = (model: Model): boolean => model === this.#model;
    this.#decode = decoderInto(context, [this.view], isShown, () => this.#answered());
    this.#decodeLattice = latticeOnto(context, this.map);
    this.#decodePlaces = gridInto(context, this.#places);
    this.#decodePrior = gridInto(context, this.#prior);
  }

  /** The pocket's radius as a share of the circle's, once it has been found. */
  get pocketShare(): number | null {
    if (this.#pocket === null || this.#circle === null) return null;
    return this.#pocket.radius / this.#circle.radius;
  }

  /** Calls `go` when the reader picks one of the places. */
  onPick(go: (place: Place) => void): void {
    this.#places.addEventListener("tile-pick", ({ detail }) => {
      const place = this.#spots[detail.index];
      if (place === undefined) return;
      go(place);
      this.#places.marked = detail.index;
    });
  }

  /** Marks none of the places: z is elsewhere. */
  leavePlaces(): void {
    this.#places.marked = null;
  }

  /** Shows a model's plane; what cannot be loaded costs only its own part of the figure. */
  async show(model: Model, plane: PlaneName, view: View | null, z: Point): Promise<void> {
    this.#model = model;
    this.#turn += 1;
    const turn = this.#turn;
    this.#lifted = false;
    this.#loaded = false;
    this.#circle = null;
    this.#pocket = null;
    this.#spots = [];
    this.#drawn = null;
    this.#places.images = null;
    this.#places.captions = PLACES;
    this.#places.marked = null;
    const { map } = this;
    dressMap(map, model);
    dressView(this.view, model);
    map.view = view;
    map.z = z;
    const isShown = (): boolean => turn === this.#turn;
    const flat = model.latent_size > 2 && plane === "first";
    try {
      // The map of two latents is the whole space: its circle follows from its points, too.
      this.#lift = (points) => points;
      this.#lifted = model.latent_size === 2;
      const statistics = await this.#context.document(model, "statistics");
      if (!isShown()) return;
      if (flat) this.#lift = firstTwo(statistics);
      else if (model.latent_size > 2 && statistics.plane !== undefined)
        this.#lift = liftAround(statistics.plane, statistics.plane.origin);
      this.#lifted = true;
      if (model.latent_size === 2 || flat) this.#circle = statistics.circle;
      if (flat) {
        map.axisNames = ["z1", "z2"];
        map.ellipses = statistics.splits.test.map(({ label, mean, variance = [0, 0] }) => ({
          label,
          mean: [mean[0] ?? 0, mean[1] ?? 0],
          covariance: [
            [variance[0] ?? 0, 0],
            [0, variance[1] ?? 0],
          ],
        }));
        map.home = { centre: statistics.circle.centre, scale: 2.2 * statistics.circle.radius };
        map.view = view;
      }
    } catch (error) {
      if (!isShown()) return;
      if (!this.#lifted) {
        const message = sentence(`The plane of ${model.id}`, error);
        map.message = message;
        map.state = "error";
        showError([this.view], message);
        await this.#drawPrior(model);
        return;
      }
    }
    map.circle = this.#circle;
    const loaded = await loadPart(this.#context, model, "decoder", [this.view], undefined, isShown);
    if (!isShown()) return;
    this.#loaded = loaded;
    this.draw(map.z ?? z);
    if (flat) map.state = "ready";
    else {
      await fillMap(this.#context, map, model);
      if (!isShown()) return;
    }
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
    } else if (reason !== "") {
      this.#places.message = reason;
      this.#places.state = "error";
    }
  }

  /** Finds the pocket from the points, and the circle where the release has none. */
  #explore(): void {
    const { points } = this.map;
    if (points === null) return;
    this.#circle ??= circleOf(points, 0.99);
    this.map.circle = this.#circle;
    const { centre, radius } = this.#circle;
    this.#pocket = emptiestDisc(points, { centre, radius: INNER * radius });
    this.#spots = [
      { z: densestPlace(points, this.#circle), view: null },
      {
        z: this.#pocket.centre,
        view: { centre: this.#pocket.centre, scale: POCKET_VIEW * this.#pocket.radius },
      },
      {
        z: [centre[0] + FAR_OUT * radius, centre[1]],
        view: { centre, scale: FAR_VIEW * radius },
      },
    ];
    this.say();
  }

  /** Decodes draws of N(0, I), the same ones for every model of as many latents. */
  async #drawPrior(model: Model): Promise<void> {
    try {
      const { z } = await this.#context.document(model, "prior");
      if (this.#model === model) this.#decodePrior({ model, z: z.slice(0, DRAWS).flat() });
    } catch (error) {
      if (this.#model === model) showGridError(this.#prior, `The samples of ${model.id}`, error);
    }
  }

  /** Decodes z, and says where it is. */
  draw(z: Point): void {
    if (this.#model === null || !this.#lifted) return;
    this.#decode({ model: this.#model, z: this.#lift(Float32Array.from(z)) });
    this.say();
  }

  /** Decodes the lattice, where switched on: of the pocket in view, else of the circle. */
  drawLattice(): void {
    const pocket = this.#isInPocket();
    const disc = pocket ? this.#pocket : this.#circle;
    if (this.#model === null || !this.#loaded || disc === null) return;
    if (this.map.layers.lattice !== true || disc === this.#drawn) return;
    this.#drawn = disc;
    const sites = pocket ? POCKET_LATTICE : LATTICE;
    this.#decodeLattice({
      model: this.#model,
      bounds: inscribedSquare(disc.centre, disc.radius),
      columns: sites,
      rows: sites,
      lift: this.#lift,
    });
  }

  #isInPocket(): boolean {
    if (this.#pocket === null) return false;
    const { centre, radius } = this.#pocket;
    const { view } = this.map;
    return view.scale < POCKET_NEAR * radius && distance(view.centre, centre) < radius;
  }

  setLayers(layers: LayerState): void {
    this.map.layers = layers;
    this.drawLattice();
  }

  /** Says where z is, against the circle. */
  say(): void {
    const { z } = this.map;
    if (z === null) return;
    const where = this.#circle === null ? "" : this.#where(z, this.#circle);
    this.#readout.textContent = `z = ${formatPoint(z, 2)}${where}`;
  }

  #where(z: Point, { centre, radius }: Disc): string {
    const out = distance(z, centre) / radius;
    const inPocket =
      this.#pocket !== null && distance(z, this.#pocket.centre) < this.#pocket.radius;
    const place = `${out > 1 ? "outside" : "inside"} the 99 % circle`;
    return `, ${formatNumber(out, 2)} radii from the middle: ${inPocket ? "in the pocket" : place}.`;
  }
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}
