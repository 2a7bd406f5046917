// Section "faces": a face, what is added to it, and the figures that start from the same face.

import { settled } from "../../core/async/settled";
import { formatNumber } from "../../core/geometry/viewport";
import { squaredError } from "../../core/image/reconstruction";
import { MOST_SEED } from "../../core/latent/attributes";
import type { Model } from "../../core/release/manifest";
import type { DigitGrid } from "../../elements/digit-grid";
import type { ImageView } from "../../elements/image-view";
import type { FacePhoto } from "../../elements/photo/face-photo";
import "../../elements/digit-grid";
import "../../elements/photo/face-photo";
import { type PageContext, sentence } from "../../app/context";
import { whenNear } from "../../app/when-near";
import type { AttributeSliders } from "../../elements/sliders/latent-sliders";
import "../../elements/sliders/latent-sliders";
import { linkedChoice } from "../../figures/choices";
import {
  decoderInto,
  decodeWith,
  dressView,
  loadPart,
  required,
  showError,
} from "../../figures/figure";
import { showGridError } from "../../figures/grid";
import { startLosses } from "./faces-losses";
import { startMap } from "./faces-map";
import type { FaceModel } from "./faces-model";
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
  readonly #grid: DigitGrid;
  readonly #photo: FacePhoto;
  readonly #sliders: AttributeSliders;
  readonly #view: ImageView;
  readonly #other: ImageView;
  readonly #original: ImageView;
  readonly #bar: HTMLProgressElement;
  readonly #said: HTMLOutputElement;
  readonly #decode: ReturnType<typeof decoderInto>;
  readonly #decodeOther: ReturnType<typeof decoderInto>;
  readonly #rested = settled<void>(REST_MS, () => this.#compare());
  #model: Model;
  /** Which attribute each slider is of. */
  #order: readonly number[] = [];
  /** Whether the model shown can decode. */
  #answers = false;

  constructor(
    private readonly context: PageContext,
    private readonly section: HTMLElement,
    private readonly studio: FaceStudio,
  ) {
    this.#grid = required(section, "#faces-examples");
    this.#photo = required(section, "face-photo");
    this.#sliders = required(section, "attribute-sliders");
    this.#view = required(section, "image-view[name=faces-decoded]");
    this.#other = required(section, "image-view[name=faces-other]");
    this.#original = required(section, "image-view[name=faces-original]");
    this.#bar = required(section, ".seen progress");
    this.#said = required(section, "output.said");
    const choice = linkedChoice(context, section, "[name=faces-model]", "facesModel", (id) => {
      void this.#show(context.model(id));
    });
    this.#model = context.model(choice.value);
    const isShown = (model: Model): boolean => model.id === this.#model.id;
    this.#decode = decoderInto(studio, [this.#view], isShown);
    this.#decodeOther = decoderInto(studio, [this.#other], isShown);
  }

  async start(): Promise<void> {
    this.#listen();
    await this.#show(this.#model);
  }

  #listen(): void {
    const { section, studio } = this;
    const open = required<HTMLButtonElement>(section, "button.own");
    const orthogonal = required<HTMLInputElement>(section, "input[name=faces-orthogonal]");
    studio.listen((change) => {
      if (change === "model") this.#dress();
      else this.#refresh(change === "face");
    });
    studio.failed = (text) => showError([this.#view], text);
    this.#grid.addEventListener("tile-pick", ({ detail }) => {
      studio.take({ kind: "example", index: detail.index });
    });
    required<HTMLButtonElement>(section, "button.draw").addEventListener("click", () => {
      studio.take({ kind: "sample", seed: 1 + Math.floor(Math.random() * MOST_SEED) });
    });
    open.addEventListener("click", () => {
      this.#photo.hidden = !this.#photo.hidden;
      open.setAttribute("aria-expanded", String(!this.#photo.hidden));
      if (this.#photo.hidden) this.#photo.clear(); // and with it the camera
    });
    const takePhoto = ({ detail }: HTMLElementEventMap["photo-change"]): void => {
      if (detail.pixels !== null) studio.takePhoto(detail.pixels);
      else if (studio.source.kind === "photo") studio.take({ kind: "example", index: 0 });
    };
    this.#photo.addEventListener("photo-change", takePhoto, { signal: this.context.end });
    // It outlives the section.
    const { pixels } = this.#photo;
    if (pixels !== null && this.context.state.facesFace === null) studio.takePhoto(pixels);
    open.setAttribute("aria-expanded", String(!this.#photo.hidden));
    this.#sliders.addEventListener("latent-change", () => {
      const weights = [...studio.weights];
      for (const [place, k] of this.#order.entries()) weights[k] = this.#sliders.z[place] ?? 0;
      studio.mix(weights);
    });
    orthogonal.checked = !studio.raw;
    orthogonal.addEventListener("change", () => studio.turn(!orthogonal.checked));
  }

  async #show(model: Model): Promise<void> {
    this.#model = model;
    this.#answers = false;
    this.#sliders.state = "loading";
    const isShown = (): boolean => this.#model === model;
    for (const view of [this.#view, this.#other, this.#original]) dressView(view, model);
    const loaded = loadPart(this.context, model, "decoder", [this.#view], isShown, this.#bar);
    try {
      await this.studio.show(model);
    } catch (error) {
      if (!isShown()) return;
      showError([this.#sliders], sentence(`What is known of ${model.id}`, error), () => {
        if (isShown()) void this.#show(model);
      });
      showGridError(this.#grid, `The examples of ${model.id}`, error);
      return;
    }
    await loaded;
    if (!isShown()) return;
    this.#answers = true;
    this.#refresh(true);
    const { faces } = this.studio;
    if (faces !== null) void this.#showExamples(faces, isShown);
  }

  /** Puts up the examples, each beside its reconstruction, all decoded in one call. */
  async #showExamples(faces: FaceModel, isShown: () => boolean): Promise<void> {
    const { mu } = faces.examples;
    const { image, id } = faces.model;
    try {
      const decoded = await decodeWith(this.context.engine, { model: faces.model, z: mu.flat() });
      if (!isShown()) return;
      const pairs = faces.besideOriginals(decoded);
      this.#grid.image = { ...image, width: (pairs === null ? 1 : 2) * image.width };
      this.#grid.names = mu.map((_, i) => faces.nameOf(i));
      this.#grid.images = pairs ?? decoded;
    } catch (error) {
      if (!isShown()) return;
      showGridError(this.#grid, `The examples of ${id}`, error, () => {
        if (isShown()) void this.#showExamples(faces, isShown);
      });
    }
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
    const slider = { low: -reach, high: reach, rest: 0, kl: null };
    this.#order = faces.order;
    this.#sliders.latents = faces.order.map((k, place) => ({
      ...slider,
      name: faces.attributes.names[k] as string,
      active: place < IN_SIGHT,
    }));
    this.#sliders.z = faces.order.map((k) => weights[k] ?? 0);
    this.#photo.size = this.#model.image.width;
  }

  /** Shows the face at hand; what is beside it follows when that has rested. */
  #refresh(isAnother: boolean): void {
    const { studio } = this;
    if (studio.faces?.model !== this.#model || studio.base.length === 0) return;
    if (this.#answers) this.#decode({ model: this.#model, z: studio.z() });
    if (isAnother) {
      const { source } = studio;
      const isPicked = source.kind === "example" && !studio.isMoved;
      this.#grid.marked = isPicked ? source.index : null;
      this.#original.pixels = studio.original;
      required<HTMLElement>(this.section, ".original").hidden = studio.original === null;
      this.#said.value = this.#words();
    }
    this.#rested();
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
    const usual = model.metrics.squared_error ?? Number.NaN;
    const times = error / usual;
    const much =
      studio.source.kind === "photo" && times > 1.5
        ? ` That is ${formatNumber(times, 1)} times as much: the model was trained on no such picture and decodes it as a face of its own kind.`
        : "";
    this.#said.value = `${this.#words()} Without anything added, the reconstruction is off by ${formatNumber(error, 1)}; test faces are by ${formatNumber(usual, 1)} on average.${much}`;
  }

  #words(): string {
    const { source, faces, base, isMoved } = this.studio;
    if (isMoved) return `A face taken from the map, ‖z‖ = ${formatNumber(Math.hypot(...base), 1)}.`;
    if (source.kind === "photo") return "Your picture, as the model sees it. It is in no link.";
    if (source.kind === "sample") {
      return `A sample of N(0, I), ‖z‖ = ${formatNumber(Math.hypot(...base), 1)}.`;
    }
    return `${faces?.nameOf(source.index)}.`;
  }
}
