// Section "dimensions": more than two latents. Sliders, tiles, a drawing and a map share one z.

import { afterPicture } from "../../core/async/after-picture";
import { latentsOf } from "../../core/latent/latents";
import { moveInPlane, project, projectVariance } from "../../core/latent/plane";
import { shapesOf } from "../../core/points/map-layers";
import type { Model } from "../../core/release/manifest";
import type { Statistics } from "../../core/release/release";
import { tryAgain } from "../../elements/again";
import type { ImageView } from "../../elements/image-view";
import type { LatentMap } from "../../elements/map/latent-map";
import type { ClassEllipse } from "../../elements/map/map-shapes";
import "../../elements/sliders/latent-sliders";
import { type PageContext, sentence } from "../../app/context";
import { leaveOut } from "../../app/notice";
import type { LatentSliders } from "../../elements/sliders/latent-sliders";
import { linkedChoice } from "../../figures/choices";
import { keepClasses } from "../../figures/class-isolation";
import {
  decoderInto,
  dressMap,
  dressView,
  fillMap,
  keepView,
  loadPart,
  required,
  showError,
} from "../../figures/figure";
import { chooseLayers, layersOnto } from "../../figures/layer-choice";
import { offerLabels } from "../../figures/map-plane";
import { DrawnSample } from "./dimensions-drawing";
import { startRows } from "./dimensions-rows";
import { normal, type Sample, TileSamples } from "./dimensions-tiles";

const LAYERS = ["points", "names"];
const BY_HAND = "z was set by hand.";

export async function start(context: PageContext, section: HTMLElement): Promise<void> {
  startRows(context, section);
  await new Bench(context, section).start();
}

/** The figure in which everything moves the same z. */
class Bench {
  readonly #labels: HTMLSelectElement;
  readonly #sliders: LatentSliders;
  readonly #map: LatentMap;
  readonly #view: ImageView;
  readonly #bar: HTMLProgressElement;
  readonly #said: HTMLOutputElement;
  readonly #prior: HTMLButtonElement;
  readonly #mean: HTMLButtonElement;
  readonly #tiles: TileSamples;
  readonly #drawn: DrawnSample;
  readonly #decode: ReturnType<typeof decoderInto>;
  readonly #markSoon = afterPicture(() => this.#mark());
  #model: Model;
  /** Null until the model's have come. */
  #statistics: Statistics | null = null;
  /** The image whose posterior z was drawn from. */
  #sample: Sample | null = null;
  /** Whether the ellipses of the classes are switched on. */
  #classes = false;

  constructor(
    private readonly context: PageContext,
    private readonly section: HTMLElement,
  ) {
    const models = linkedChoice(
      context,
      section,
      "#dimensions-model",
      "dimensionsModel",
      (id) => void this.#show(context.model(id), null, null),
      // A place among one model's latents means nothing among another's.
      {
        ...{ dimensionsZ: null, dimensionsLabel: null, dimensionsView: null },
        ...{ dimensionsTile: null, dimensionsDraw: null },
      },
    );
    this.#labels = required(section, "#dimensions-label");
    this.#sliders = required(section, "latent-sliders");
    this.#map = required(section, "latent-map");
    this.#view = required(section, "image-view[name=dimensions-decoded]");
    this.#bar = required(section, ".seen progress");
    this.#said = required(section, ".seen output");
    this.#prior = required(section, "button.prior");
    this.#mean = required(section, "button.mean");
    this.#model = context.model(models.value);
    const isShown = (model: Model): boolean => model.id === this.#model.id;
    this.#decode = decoderInto(context, [this.#view], isShown);
    this.#tiles = new TileSamples(context, section, isShown, (...taken) => this.#take(...taken));
    this.#drawn = new DrawnSample(
      context,
      section,
      () => this.#label,
      (...taken) => this.#take(...taken),
      () => this.#cleared(),
      () => this.#resume(),
    );
    const onto = layersOnto(this.#map);
    chooseLayers(
      context,
      section,
      "dimensionsLayers",
      LAYERS,
      ({ ellipses = false, ...layers }) => {
        // That layer has the ellipse of the image at hand, too, which stays.
        this.#classes = ellipses;
        this.#layEllipses();
        onto(layers);
      },
    );
  }

  async start(): Promise<void> {
    const { context } = this;
    const { dimensionsZ: z, dimensionsLabel: label } = context.state;
    const model = this.#model;
    this.#listen();
    if (z !== null && z.length !== model.latent_size) leaveOut(context, "dimensionsZ");
    if ((label ?? 0) >= model.classes) leaveOut(context, "dimensionsLabel");
    const shown = this.#show(model, z, label);
    keepView(context, this.#map, "dimensionsView"); // of the model that is on it by now
    keepClasses(context, this.section, "dimensionsOnly");
    await shown;
  }

  /** The label of a conditioned model; else of no use. */
  get #label(): number {
    return Number(this.#labels.value);
  }

  #listen(): void {
    this.#sliders.addEventListener("latent-change", () => {
      this.#set(this.#sliders.z, "sliders");
      this.#setByHand();
    });
    this.#map.addEventListener("latent-change", (event) => {
      const plane = this.#statistics?.plane;
      if (plane === undefined) return;
      this.#set(moveInPlane(plane, this.#sliders.z, event.detail.z), "map");
      this.#setByHand();
    });
    this.#prior.addEventListener("click", () => {
      this.#choose(null);
      this.context.update({ dimensionsTile: null, dimensionsDraw: null });
      this.#say("z was sampled from N(0, I).");
      this.#set(Array.from({ length: this.#model.latent_size }, normal));
    });
    this.#mean.addEventListener("click", () => this.#sample?.take(true));
    this.#labels.addEventListener("change", () => {
      this.context.update({ dimensionsLabel: this.#label });
      this.#set(this.#sliders.z);
    });
  }

  async #show(model: Model, z: readonly number[] | null, label: number | null): Promise<void> {
    this.#dress(model);
    this.#offerLabels(model, label);
    const isShown = (): boolean => this.#model === model;
    const loaded = loadPart(this.context, model, "decoder", [this.#view], isShown, this.#bar);
    // Sliders, samples and map do without the tiles.
    const showTiles = async (): Promise<void> => {
      if (model.tiles === undefined) {
        for (const button of this.#tiles.buttons) button.hidden = true;
        return;
      }
      try {
        const tiles = await this.context.document(model, "tiles");
        await loaded;
        if (!isShown()) return;
        this.#tiles.show(model, tiles);
        this.#resume();
      } catch (error) {
        if (!isShown()) return;
        this.#say(sentence("The tiles", error));
        tryAgain(this.#prior, () => void showTiles());
      }
    };
    try {
      const statistics = await this.context.document(model, "statistics");
      if (!isShown()) return;
      this.#statistics = statistics;
    } catch (error) {
      if (!isShown()) return;
      showError([this.#sliders], sentence(`The latents of ${model.id}`, error), () => {
        if (isShown()) void this.#show(model, z, label);
      });
      await loaded;
      if (isShown()) this.#decodeAt(model.prepared.z);
      await fillMap(this.context, this.#map, model);
      return;
    }
    this.#layEllipses();
    this.#sliders.latents = latentsOf(this.#statistics);
    this.#prior.disabled = false;
    this.#set(z?.length === model.latent_size ? z : model.prepared.z, "start");
    void showTiles();
    await loaded;
    if (isShown() && model.encoder !== undefined) this.#drawn.show(model);
    if (isShown()) await fillMap(this.context, this.#map, model);
  }

  /** Takes another model's things off and puts up what is known of this one. */
  #dress(model: Model): void {
    this.#model = model;
    this.#statistics = null;
    this.#choose(null);
    this.#say("");
    this.#prior.disabled = true;
    this.#sliders.latents = [];
    this.#sliders.state = "loading";
    this.#sliders.message = "";
    this.#tiles.clear();
    this.#drawn.clear();
    dressMap(this.#map, model);
    this.#map.pinned = true; // it only tells what is done elsewhere until the reader clicks it
    dressView(this.#view, model);
    const prepared = this.#view.querySelector("img");
    const picture = model.prepared.image;
    if (prepared !== null && picture !== undefined) prepared.src = picture.url;
  }

  #offerLabels(model: Model, label: number | null): void {
    offerLabels(this.#labels, model, label);
  }

  /** Shows z everywhere but where it comes from; `from` "start": without noting it in the link. */
  #set(z: ArrayLike<number>, from: "sliders" | "map" | "start" | "elsewhere" = "elsewhere"): void {
    if (this.#statistics === null) return;
    // First of all: what is drawn here can be drawn while it is decoded.
    this.#decodeAt(z);
    if (from !== "sliders") this.#sliders.z = z;
    if (from === "start") this.#mark();
    else if (from !== "map") this.#markSoon();
    if (from !== "start") this.context.update({ dimensionsZ: Array.from(z) });
  }

  #decodeAt(z: ArrayLike<number>): void {
    this.#decode({ model: this.#model, z, labels: [this.#label] });
  }

  /** Marks z on the map, where its plane is known. */
  #mark(): void {
    const plane = this.#statistics?.plane;
    if (plane !== undefined) this.#map.z = project(plane, this.#sliders.z);
  }

  /** A tile or the drawing was taken: z is of its posterior. */
  #take(sample: Sample, z: readonly number[], text: string, draw: number): void {
    if (this.#model.condition !== "none" && sample.label !== null) {
      this.#labels.value = String(sample.label);
      this.context.update({ dimensionsLabel: sample.label });
    }
    const tile = this.#tiles.buttons.indexOf(sample.button);
    this.context.update({
      dimensionsTile: tile < 0 ? this.#tiles.buttons.length : tile,
      dimensionsDraw: draw,
    });
    this.#choose(sample);
    this.#say(text);
    this.#set(z);
  }

  /** The link's z is of an image: its posterior is shown, as soon as it is known, and z stays. */
  #resume(): void {
    const { dimensionsTile: tile, dimensionsDraw: draw } = this.context.state;
    if (tile === null || this.#sample !== null) return;
    const sample = tile === this.#tiles.buttons.length ? this.#drawn.sample : this.#tiles.at(tile);
    if (sample === null) return;
    this.#choose(sample);
    this.#say(draw === null ? BY_HAND : sample.resume(draw, this.#sliders.z));
  }

  #setByHand(): void {
    if (this.context.state.dimensionsDraw !== null) this.context.update({ dimensionsDraw: null });
    this.#say(BY_HAND);
  }

  /** The drawing was cleared: z stays where it is, its posterior goes. */
  #cleared(): void {
    if (this.#sample?.button !== this.#drawn.button) return;
    this.#choose(null);
    this.context.update({ dimensionsTile: null, dimensionsDraw: null });
    this.#say("Your drawing was cleared; z has not changed.");
  }

  /** Marks the image whose posterior is shown; null: none. */
  #choose(sample: Sample | null): void {
    this.#sample = sample;
    this.#mean.disabled = sample?.posterior.sigma == null;
    for (const button of [...this.#tiles.buttons, this.#drawn.button]) {
      button.setAttribute("aria-pressed", String(button === sample?.button));
    }
    const { mu, sigma } = sample?.posterior ?? { mu: [], sigma: null };
    this.#sliders.posterior = sigma && { mu, sigma };
    this.#layEllipses();
  }

  /** Lays the classes' Gaussians over the map, where switched on, and that of the image at hand. */
  #layEllipses(): void {
    const statistics = this.#statistics;
    const { plane } = statistics ?? {};
    const ellipses: ClassEllipse[] = [];
    if (statistics !== null && this.#classes) {
      ellipses.push(...shapesOf(this.#model, statistics).ellipses);
    }
    const { mu, sigma } = this.#sample?.posterior ?? { mu: [], sigma: null };
    if (sigma !== null && plane !== undefined) {
      ellipses.push({
        label: this.#sample?.label ?? 0, // in its class's colour
        mean: project(plane, mu),
        covariance: projectVariance(
          plane,
          sigma.map((one) => one * one),
        ),
      });
    }
    this.#map.ellipses = ellipses;
  }

  #say(text: string): void {
    if (text !== this.#said.value) this.#said.value = text;
  }
}
