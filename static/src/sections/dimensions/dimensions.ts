// Section "dimensions": more than two latents. Sliders, tiles, a drawing and a map share one z.

import { afterPicture } from "../../core/async/after-picture";
import { latentsOf } from "../../core/latent/latents";
import { moveInPlane, project } from "../../core/latent/plane";
import type { Model } from "../../core/release/manifest";
import type { Statistics } from "../../core/release/release";
import type { ImageView } from "../../elements/image-view";
import type { LatentMap } from "../../elements/map/latent-map";
import "../../elements/sliders/latent-sliders";
import { type PageContext, sentence } from "../../app/context";
import { leaveOut } from "../../app/notice";
import type { LatentSliders } from "../../elements/sliders/latent-sliders";
import {
  decoderInto,
  dressMap,
  dressView,
  fillMap,
  keepView,
  loadPart,
  required,
} from "../../figures/figure";
import { chooseLayers, layersOnto } from "../../figures/layer-choice";
import { DrawnSample } from "./dimensions-drawing";
import { startRows } from "./dimensions-rows";
import { ellipsesOf } from "./dimensions-shapes";
import { normal, type Sample, TileSamples } from "./dimensions-tiles";

/** The map only tells what is done elsewhere until the reader clicks it. */
const PINNED = true;
const LAYERS = ["points", "names"];
const BY_HAND = "z is set by hand.";

/** What is known of the model that is shown. */
interface Shown {
  readonly model: Model;
  readonly statistics: Statistics;
}

export async function start(context: PageContext, section: HTMLElement): Promise<void> {
  startRows(context, section);
  await new Bench(context, section).start();
}

/** The figure in which everything moves the same z. */
class Bench {
  readonly #context: PageContext;
  readonly #chooser: HTMLSelectElement;
  readonly #labels: HTMLSelectElement;
  readonly #labelChoice: HTMLElement;
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
  /** Null until the model's statistics are there. */
  #shown: Shown | null = null;
  /** The image whose posterior z was drawn from. */
  #sample: Sample | null = null;
  /** Whether the ellipses of the classes are switched on. */
  #classes = false;

  constructor(context: PageContext, section: HTMLElement) {
    this.#context = context;
    this.#chooser = required(section, "#dimensions-model");
    this.#labels = required(section, "#dimensions-label");
    this.#labelChoice = required(section, ".condition");
    this.#sliders = required(section, "latent-sliders");
    this.#map = required(section, "latent-map");
    this.#view = required(section, "image-view[name=dimensions-decoded]");
    this.#bar = required(section, ".seen progress");
    this.#said = required(section, ".seen output");
    this.#prior = required(section, "button.prior");
    this.#mean = required(section, "button.mean");
    this.#model = context.model(this.#chooser.value);
    const isShown = (model: Model): boolean => model.id === this.#model.id;
    this.#decode = decoderInto(context, [this.#view], isShown);
    this.#tiles = new TileSamples(context, section, isShown, (...taken) => this.#take(...taken));
    this.#drawn = new DrawnSample(
      context,
      section,
      () => this.#label,
      (...taken) => this.#take(...taken),
      () => this.#wiped(),
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
    const { state } = this.#context;
    this.#listen();
    const offered = Array.from(this.#chooser.options, (option) => option.value);
    if (state.dimensionsModel !== null && !offered.includes(state.dimensionsModel)) {
      leaveOut(
        this.#context,
        "dimensionsModel",
        "dimensionsZ",
        "dimensionsLabel",
        "dimensionsView",
      );
    }
    const model = this.#context.model(state.dimensionsModel ?? this.#chooser.value);
    this.#chooser.value = model.id;
    this.#chooser.disabled = false;
    if (state.dimensionsZ !== null && state.dimensionsZ.length !== model.latent_size) {
      leaveOut(this.#context, "dimensionsZ");
    }
    if ((state.dimensionsLabel ?? 0) >= model.classes) leaveOut(this.#context, "dimensionsLabel");
    const shown = this.#show(model, state.dimensionsZ, state.dimensionsLabel);
    keepView(this.#context, this.#map, "dimensionsView"); // of the model that is on it by now
    await shown;
  }

  /** The label of a conditioned model; else of no use. */
  get #label(): number {
    return Number(this.#labels.value);
  }

  #listen(): void {
    this.#sliders.addEventListener("latent-change", () => {
      this.#set(this.#sliders.z, "sliders");
      this.#say(BY_HAND);
    });
    this.#map.addEventListener("latent-change", (event) => {
      const plane = this.#shown?.statistics.plane;
      if (plane === undefined) return;
      this.#set(moveInPlane(plane, this.#sliders.z, event.detail.z), "map");
      this.#say(BY_HAND);
    });
    this.#prior.addEventListener("click", () => {
      this.#choose(null);
      this.#say("z is drawn from N(0, I).");
      this.#set(Array.from({ length: this.#model.latent_size }, normal));
    });
    this.#mean.addEventListener("click", () => this.#sample?.take(true));
    this.#labels.addEventListener("change", () => {
      this.#context.update({ dimensionsLabel: this.#label });
      this.#set(this.#sliders.z);
    });
    this.#chooser.addEventListener("change", () => {
      const id = this.#chooser.selectedOptions[0]?.defaultSelected ? null : this.#chooser.value;
      // A place among one model's latents means nothing among another's.
      const elsewhere = { dimensionsZ: null, dimensionsLabel: null, dimensionsView: null };
      this.#context.update({ dimensionsModel: id, ...elsewhere });
      void this.#show(this.#context.model(this.#chooser.value), null, null);
    });
  }

  async #show(model: Model, z: readonly number[] | null, label: number | null): Promise<void> {
    this.#dress(model);
    this.#offerLabels(model, label);
    const progress = (share: number): void => {
      if (this.#model === model) this.#bar.value = share;
    };
    progress(0);
    const isShown = (): boolean => this.#model === model;
    const loaded = loadPart(this.#context, model, "decoder", [this.#view], progress, isShown);
    // Sliders, samples and map do without the tiles.
    const tiles = this.#context.document(model, "tiles").catch((error: unknown) => {
      if (isShown()) this.#say(sentence("The tiles", error));
      return null;
    });
    let statistics: Statistics;
    try {
      statistics = await this.#context.document(model, "statistics");
    } catch (error) {
      if (!isShown()) return;
      this.#sliders.message = sentence(`The latents of ${model.id}`, error);
      this.#sliders.state = "error";
      if ((await loaded) && isShown()) this.#decodeAt(model, model.prepared.z);
      progress(1);
      await fillMap(this.#context, this.#map, model);
      return;
    }
    if (!isShown()) return;
    this.#shown = { model, statistics };
    this.#layEllipses();
    this.#sliders.latents = latentsOf(statistics);
    this.#prior.disabled = false;
    this.#set(z?.length === model.latent_size ? z : model.prepared.z, "start");
    const answers = await loaded;
    progress(1);
    if (!isShown()) return;
    if (answers) {
      this.#drawn.show(model);
      const given = await tiles;
      if (!isShown()) return;
      if (given !== null) this.#tiles.show(model, given);
    }
    await fillMap(this.#context, this.#map, model);
  }

  /** Takes another model's things off and puts up what is known of this one. */
  #dress(model: Model): void {
    this.#model = model;
    this.#shown = null;
    this.#choose(null);
    this.#say("");
    this.#prior.disabled = true;
    this.#sliders.latents = [];
    this.#sliders.state = "loading";
    this.#sliders.message = "";
    this.#tiles.clear();
    this.#drawn.clear();
    dressMap(this.#map, model);
    this.#map.pinned = PINNED;
    dressView(this.#view, model);
    const prepared = this.#view.querySelector("img");
    if (prepared !== null) prepared.src = model.prepared.image.url;
  }

  #offerLabels(model: Model, label: number | null): void {
    const names = model.condition === "none" ? [] : model.class_names;
    const options = names.map((name, index) => new Option(name, String(index)));
    this.#labels.replaceChildren(...options);
    const wanted = label !== null && label < names.length ? label : model.prepared.label;
    this.#labels.value = String(wanted ?? 0);
    this.#labelChoice.hidden = names.length === 0;
  }

  /** Shows z everywhere but where it comes from; `from` "start": without noting it in the link. */
  #set(z: ArrayLike<number>, from: "sliders" | "map" | "start" | "elsewhere" = "elsewhere"): void {
    if (this.#shown === null) return;
    // First of all: what is drawn here can be drawn while it is decoded.
    this.#decodeAt(this.#shown.model, z);
    if (from !== "sliders") this.#sliders.z = z;
    if (from === "start") this.#mark();
    else if (from !== "map") this.#markSoon();
    if (from !== "start") this.#context.update({ dimensionsZ: Array.from(z) });
  }

  #decodeAt(model: Model, z: ArrayLike<number>): void {
    this.#decode({ model, z, ...(model.condition !== "none" && { labels: [this.#label] }) });
  }

  /** Marks z on the map, where its plane is known. */
  #mark(): void {
    const plane = this.#shown?.statistics.plane;
    if (plane !== undefined) this.#map.z = project(plane, this.#sliders.z);
  }

  /** A tile or the drawing was taken: z is of its posterior. */
  #take(sample: Sample, z: readonly number[], text: string): void {
    if (this.#model.condition !== "none" && sample.label !== null) {
      this.#labels.value = String(sample.label);
      this.#context.update({ dimensionsLabel: sample.label });
    }
    this.#choose(sample);
    this.#say(text);
    this.#set(z);
  }

  /** The drawing was wiped: z stays where it is, its posterior goes. */
  #wiped(): void {
    if (this.#sample?.button !== this.#drawn.button) return;
    this.#choose(null);
    this.#say("Your drawing is wiped; z stays where it was.");
  }

  /** Marks the image whose posterior is shown; null: none. */
  #choose(sample: Sample | null): void {
    this.#sample = sample;
    this.#mean.disabled = sample?.posterior.sigma == null;
    for (const button of [...this.#tiles.buttons, this.#drawn.button]) {
      button.setAttribute("aria-pressed", String(button === sample?.button));
    }
    const posterior = sample?.posterior ?? null;
    const sigma = posterior?.sigma ?? null;
    this.#sliders.posterior = posterior === null || sigma === null ? null : { ...posterior, sigma };
    this.#layEllipses();
  }

  #layEllipses(): void {
    this.#map.ellipses =
      this.#shown === null
        ? []
        : ellipsesOf(this.#shown.model, this.#shown.statistics, this.#sample, this.#classes);
  }

  #say(text: string): void {
    if (text !== this.#said.value) this.#said.value = text;
  }
}
