// Section "faces": a face, what is added to it, and the figures that start from the same face.

import { settled } from "../../core/async/settled";
import { formatNumber } from "../../core/geometry/viewport";
import { squaredError } from "../../core/image/reconstruction";
import { MOST_SEED } from "../../core/latent/attributes";
import type { Latent } from "../../core/latent/latents";
import type { Model } from "../../core/release/manifest";
import type { DigitGrid } from "../../elements/digit-grid";
import type { ImageView } from "../../elements/image-view";
import type { FacePhoto } from "../../elements/photo/face-photo";
import "../../elements/digit-grid";
import "../../elements/photo/face-photo";
import "../../elements/sliders/attribute-sliders";
import { type PageContext, sentence } from "../../app/context";
import { whenNear } from "../../app/when-near";
import type { AttributeSliders } from "../../elements/sliders/attribute-sliders";
import { decoderInto, dressView, loadPart, required, showError } from "../../figures/figure";
import { showGridError } from "../../figures/grid";
import { reserveExamples, showExamples } from "./faces-examples";
import { reserveLosses, startLosses } from "./faces-losses";
import { startMap } from "./faces-map";
import { startStrip } from "./faces-strip";
import { FaceStudio } from "./faces-studio";

/** An attribute can be added or subtracted at least so many times. */
const REACH = 2;
/** So many attributes have their sliders in sight; of more, the others are folded away. */
const IN_SIGHT = 12;
/** What need not be live waits until the sliders have rested for so long. */
const REST_MS = 120;

export async function start(context: PageContext, section: HTMLElement): Promise<void> {
  const studio = new FaceStudio(context);
  const bench = new Bench(context, section, studio);
  for (const [selector, begin] of [
    [".strip", startStrip],
    [".plane", startMap],
    [".losses", startLosses],
  ] as const) {
    const figure = section.querySelector<HTMLElement>(selector);
    if (figure !== null) whenNear(figure, () => begin(context, figure, studio));
  }
  await bench.start();
}

/** The figure in which a face is chosen and mixed. */
class Bench {
  readonly #choices: HTMLInputElement[];
  readonly #grid: DigitGrid;
  readonly #draw: HTMLButtonElement;
  readonly #open: HTMLButtonElement;
  readonly #photo: FacePhoto;
  readonly #sliders: AttributeSliders;
  readonly #orthogonal: HTMLInputElement;
  readonly #view: ImageView;
  readonly #other: ImageView;
  readonly #original: ImageView;
  readonly #bar: HTMLProgressElement;
  readonly #said: HTMLOutputElement;
  readonly #decode: ReturnType<typeof decoderInto>;
  readonly #decodeOther: ReturnType<typeof decoderInto>;
  readonly #rested: (change: null) => void;
  #model: Model;
  /** Whether the model shown can decode. */
  #answers = false;

  constructor(
    private readonly context: PageContext,
    private readonly section: HTMLElement,
    private readonly studio: FaceStudio,
  ) {
    this.#choices = Array.from(section.querySelectorAll("input[name=faces-model]"));
    this.#grid = required(section, "#faces-examples");
    this.#draw = required(section, "button.draw");
    this.#open = required(section, "button.own");
    this.#photo = required(section, "face-photo");
    this.#sliders = required(section, "attribute-sliders");
    this.#orthogonal = required(section, "input[name=faces-orthogonal]");
    this.#view = required(section, "image-view[name=faces-decoded]");
    this.#other = required(section, "image-view[name=faces-other]");
    this.#original = required(section, "image-view[name=faces-original]");
    this.#bar = required(section, ".seen progress");
    this.#said = required(section, "output.said");
    this.#model = this.#chosen();
    const isShown = (model: Model): boolean => model.id === this.#model.id;
    this.#decode = decoderInto(studio, [this.#view], isShown);
    this.#decodeOther = decoderInto(studio, [this.#other], isShown);
    this.#rested = settled(REST_MS, () => this.#compare());
  }

  async start(): Promise<void> {
    this.#listen();
    // The tiles take their room before there is anything in them, and so do the losses' pictures.
    reserveExamples(this.#grid, this.#model, this.#grid.classList.contains("pairs"));
    for (const loupe of this.section.querySelectorAll("image-loupe")) reserveLosses(loupe);
    for (const choice of this.#choices) {
      choice.checked = choice.value === this.#model.id;
      choice.disabled = false;
    }
    this.#orthogonal.checked = !this.studio.raw;
    await this.#show(this.#model);
  }

  /** The model that the link names where it is offered here, else the one that the page opens on. */
  #chosen(): Model {
    const { state } = this.context;
    const offered = this.#choices.map(({ value }) => value);
    if (state.facesModel !== null && !offered.includes(state.facesModel)) state.facesModel = null;
    const first = this.#choices.find(({ defaultChecked }) => defaultChecked);
    return this.context.model(state.facesModel ?? first?.value ?? "");
  }

  #listen(): void {
    const { studio } = this;
    studio.listen((change) => {
      if (change === "model") this.#dress();
      else this.#refresh(change === "face");
    });
    studio.failed = (text) => showError([this.#view], text);
    for (const choice of this.#choices) {
      choice.addEventListener("change", () => {
        this.context.update({ facesModel: choice.defaultChecked ? null : choice.value });
        void this.#show(this.context.model(choice.value));
      });
    }
    this.#grid.addEventListener("tile-pick", ({ detail }) => {
      studio.take({ kind: "example", index: detail.index });
    });
    this.#draw.addEventListener("click", () => {
      studio.take({ kind: "sample", seed: 1 + Math.floor(Math.random() * MOST_SEED) });
    });
    this.#open.addEventListener("click", () => {
      this.#photo.hidden = !this.#photo.hidden;
      this.#open.setAttribute("aria-expanded", String(!this.#photo.hidden));
      if (this.#photo.hidden) this.#photo.clear(); // and with it the camera
    });
    this.#photo.addEventListener("photo-change", ({ detail }) => {
      if (detail.pixels !== null) studio.takePhoto(detail.pixels);
      else if (studio.source.kind === "photo") studio.take({ kind: "example", index: 0 });
    });
    this.#sliders.addEventListener("latent-change", () => studio.mix(this.#sliders.z));
    this.#orthogonal.addEventListener("change", () => studio.turn(!this.#orthogonal.checked));
  }

  async #show(model: Model): Promise<void> {
    this.#model = model;
    this.#answers = false;
    this.#sliders.state = "loading";
    const isShown = (): boolean => this.#model === model;
    const progress = (share: number): void => {
      if (isShown()) this.#bar.value = share;
    };
    progress(0);
    for (const view of [this.#view, this.#other, this.#original]) dressView(view, model);
    const loaded = loadPart(this.context, model, "decoder", [this.#view], progress, isShown);
    try {
      await this.studio.show(model);
    } catch (error) {
      if (!isShown()) return;
      const text = sentence(`What is known of ${model.id}`, error);
      this.#sliders.message = text;
      this.#sliders.state = "error";
      showGridError(this.#grid, `The examples of ${model.id}`, error);
      progress(1);
      return;
    }
    const answers = await loaded;
    progress(1);
    if (!isShown() || !answers) return;
    this.#answers = true;
    this.#refresh(true);
    const { faces } = this.studio;
    if (faces !== null) void showExamples(this.context, this.#grid, faces, isShown);
  }

  /** Puts up the sliders of another model's attributes. */
  #dress(): void {
    const { faces, weights } = this.studio;
    if (faces === null) return;
    // Full strength is within reach.
    const full = Object.values(faces.attributes.measured).flatMap((effect) => [
      effect.raw.full ?? 1,
      effect.orthogonal.full ?? 1,
    ]);
    const reach = Math.ceil(Math.max(REACH, ...full));
    this.#sliders.latents = faces.attributes.names.map(
      (name, k): Latent => ({
        name,
        low: -reach,
        high: reach,
        rest: 0,
        active: k < IN_SIGHT,
        kl: null,
      }),
    );
    this.#sliders.z = weights;
    this.#photo.size = this.#model.image.width;
  }

  /** Shows the face at hand; what is beside it follows when that has rested. */
  #refresh(isAnother: boolean): void {
    const { studio } = this;
    if (studio.faces?.model !== this.#model || studio.base.length === 0) return;
    if (this.#answers) this.#decode({ model: this.#model, z: studio.z() });
    if (isAnother) {
      const { source } = studio;
      this.#grid.marked = source.kind === "example" ? source.index : null;
      this.#original.pixels = studio.original;
      required<HTMLElement>(this.section, ".original").hidden = studio.original === null;
      this.#said.value = this.#words();
    }
    this.#rested(null);
  }

  #compare(): void {
    const { studio } = this;
    if (!this.#answers || studio.faces?.model !== this.#model) return;
    this.#decodeOther({ model: this.#model, z: studio.z(!studio.raw) });
    required<HTMLElement>(this.section, ".other figcaption").textContent = studio.raw
      ? "the same, with the orthogonal vectors"
      : "the same, with the vectors as they were found";
    void this.#measure();
  }

  /** Says how far the reconstruction is off, beside what it is off by on average. */
  async #measure(): Promise<void> {
    const { studio } = this;
    const { original, base } = studio;
    if (original === null) return;
    const model = this.#model;
    const decoded = await studio.engine.decode(model, Float32Array.from(base)).catch(() => null);
    if (decoded === null || base !== studio.base || model !== this.#model) return;
    const error = squaredError(original, decoded);
    const usual = model.metrics.squared_error;
    const times = error / usual;
    const much =
      studio.source.kind === "photo" && times > 1.5
        ? ` That is ${formatNumber(times, 1)} times as much: the model knows no such picture, and makes of it a face that it knows.`
        : "";
    this.#said.value = `${this.#words()} Without anything added, the reconstruction is off by ${formatNumber(error, 1)}; test faces are by ${formatNumber(usual, 1)} on average.${much}`;
  }

  #words(): string {
    const { source, faces, base } = this.studio;
    if (source.kind === "photo") return "Your picture, as the model sees it. It is in no link.";
    if (source.kind === "sample") {
      return `A draw of z from N(0, I), ‖z‖ = ${formatNumber(Math.hypot(...base), 1)}.`;
    }
    const has = faces?.attributesOf(source.index).join(", ");
    return `Test face ${faces?.examples.index[source.index]}${has ? `: ${has}` : ""}.`;
  }
}
