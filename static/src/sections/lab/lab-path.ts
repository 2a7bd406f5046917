// The lab's path from A to B: its ends, its strips of pictures, playing it, and the GIF of it.

import { type PageContext, sentence } from "../../app/context";
import { sheetOf } from "../../core/image/sheet";
import type { Interpolation } from "../../core/latent/interpolation";
import { roundVector } from "../../core/link/link-values";
import { formatVector, parseVector } from "../../core/link/vectors";
import { imageSize, type Model } from "../../core/release/manifest";
import type { ImageView } from "../../elements/image-view";
import { save } from "../../elements/lasso/save-file";
import { type Choice, linkedChoice } from "../../figures/choices";
import { required } from "../../figures/figure";
import { type Ends, InterpolationFigure, Strip } from "../../figures/interpolation-strips";
import type { Bench } from "./lab-bench";
import { gifOf } from "./lab-files";

/** Points of the line on the map; a spherical path looks smooth with so many. */
const LINE_POINTS = 49;
/** Frames of the GIF, how long each stays, and about how wide a picture is. */
const FRAMES = 49;
const FRAME_MS = 80;
const LAST_FRAME_MS = 800;
const GIF_PIXELS = 224;

interface PathEvents {
  /** The bar is here. */
  moved(z: readonly number[]): void;
  /** The reader set an end, or the kind of interpolation: it wants to be seen. */
  set(): void;
}

type End = keyof Ends;
const ENDS = { a: "lab-from", b: "lab-to" } as const;

export class LabPath {
  private readonly figure: InterpolationFigure;
  private readonly fields: Record<End, HTMLInputElement>;
  private readonly kinds: Choice;
  private readonly strips: HTMLElement[];
  private readonly films: Strip[];
  private readonly gif: HTMLButtonElement;
  private readonly said: HTMLOutputElement;

  constructor(
    private readonly context: PageContext,
    root: HTMLElement,
    /** The benches whose z moves: the first, and the second where it shares it. */
    private readonly shown: () => Bench[],
    private readonly events: PathEvents,
  ) {
    this.figure = new InterpolationFigure(required(root, "play-bar"), (z, share) => {
      context.update({ labAt: Math.round(1000 * share) });
      this.tell();
      events.moved(z);
    });
    this.fields = {
      a: required(root, `[name=${ENDS.a}]`),
      b: required(root, `[name=${ENDS.b}]`),
    };
    this.kinds = linkedChoice(context, root, "[name=lab-way]", "labWay", () => {
      this.refresh();
      events.set();
    });
    this.strips = Array.from(root.querySelectorAll<HTMLElement>(".film"));
    this.films = this.strips.map((strip) => new Strip(context, viewsOf(strip)));
    this.gif = required(root, "button[name=gif]");
    this.said = required(root, "output");
    this.gif.addEventListener("click", () => void this.saveGif());
    for (const end of ["a", "b"] as const) {
      this.fields[end].addEventListener("change", () => this.type(end));
      required<HTMLButtonElement>(root, `button[name=${ENDS[end]}-z]`).addEventListener(
        "click",
        () => this.setEnd(end, this.shown()[0]?.z ?? []),
      );
    }
  }

  /** Stops the bar: the reader has taken z elsewhere. */
  pause(): void {
    this.figure.bar.pause();
  }

  /** Other models are coming: nothing of the old ones stays. */
  clear(): void {
    this.enable(null);
    this.said.textContent = "";
    for (const film of this.films) film.clear();
  }

  /** Sets the ends anew, for another model or from the link. */
  async show(): Promise<void> {
    const { state } = this.context;
    const model = this.shown()[0]?.model ?? null;
    this.enable(null);
    this.figure.bar.value = (state.labAt ?? 0) / 1000;
    if (model === null) return;
    let [a, b] = [state.labFrom, state.labTo];
    if (a === null || b === null) {
      // Where the statistics are missing, the ends wait for the reader.
      const statistics = await this.context.document(model, "statistics").catch(() => null);
      if (this.shown()[0]?.model !== model) return;
      const means = statistics?.splits.train.map(({ mean }) => roundVector(mean)) ?? [];
      // From one class to another; where there is a single one, to a place beside it.
      const beside = means[0]?.map((value, i) => (i === 0 ? value + 1 : value));
      [a, b] = [a ?? means[0] ?? null, b ?? means[1] ?? beside ?? null];
    }
    this.enable(a && b ? { a, b } : null);
    this.refresh();
  }

  /** Draws and decodes all of it again: an end, the interpolation, a model or a label is another. */
  refresh(): void {
    const { ends } = this.figure;
    const benches = this.shown();
    this.figure.kind = this.kinds.value as Interpolation;
    for (const [i, strip] of this.strips.entries()) {
      strip.hidden = benches[i] === undefined;
      // With one model above there is no doubt whose these are.
      const caption = required<HTMLElement>(strip, "figcaption");
      caption.textContent = benches.length > 1 ? (benches[i]?.model?.title ?? "") : "";
    }
    if (ends === null) return;
    for (const end of ["a", "b"] as const) {
      const field = this.fields[end];
      if (field !== document.activeElement) field.value = ends[end].join(", ");
      field.removeAttribute("aria-invalid");
    }
    this.tell();
    const line = this.figure.points(LINE_POINTS);
    for (const [i, bench] of benches.entries()) {
      bench.lay(line);
      const count = viewsOf(this.strips[i] as HTMLElement).length;
      if (bench.model === null) continue;
      this.films[i]?.show(bench.model, this.figure.points(count), bench.label);
    }
  }

  private enable(ends: Ends | null): void {
    this.figure.ends = ends;
    this.figure.bar.disabled = ends === null;
    this.gif.disabled = ends === null;
  }

  private tell(): void {
    this.figure.bar.text = `${Math.round(100 * this.figure.bar.value)} %`;
  }

  private type(end: End): void {
    const size = this.shown()[0]?.model?.latent_size ?? 0;
    const field = this.fields[end];
    const z = parseVector(field.value, size);
    field.setAttribute("aria-invalid", String(z === null));
    if (z !== null) this.setEnd(end, z);
    else {
      const name = end.toUpperCase();
      this.said.textContent = `${name} has to be ${size} numbers, with commas between them.`;
    }
  }

  private setEnd(end: End, z: readonly number[]): void {
    const own = roundVector(z);
    const ends = { ...(this.figure.ends ?? { a: own, b: own }), [end]: own };
    this.enable(ends);
    this.figure.rewind();
    this.context.update({ labFrom: [...ends.a], labTo: [...ends.b], labAt: null });
    this.said.textContent = `${end.toUpperCase()} is ${formatVector(own)}.`;
    this.fields[end].value = own.join(", ");
    this.refresh();
    this.events.set();
  }

  private async saveGif(): Promise<void> {
    const [first, second] = this.shown();
    const { model } = first ?? {};
    if (this.figure.ends === null || first === undefined || model == null) return;
    // Two models' pictures of one shape fit side by side into one.
    const shape = ({ image }: Model): string => Object.values(image).join();
    const isPair = second?.model != null && shape(second.model) === shape(model);
    const benches = isPair ? [first, second] : [first];
    this.gif.disabled = true;
    this.said.textContent = "The GIF is being made …";
    try {
      const points = this.figure.points(FRAMES);
      const films = await Promise.all(benches.map((bench) => bench.decodeAll(points)));
      const { width, height, channels } = model.image;
      const size = imageSize(model);
      const frames = points.map((_, i) => {
        const row = films.map((film) => film.subarray(i * size, (i + 1) * size));
        const joined = new Float32Array(row.length * size);
        for (const [k, image] of row.entries()) joined.set(image, k * size);
        return sheetOf(joined, model.image, row.length, 1);
      });
      const name = `${benches.map((bench) => bench.model?.id).join("-and-")}-path.gif`;
      const file = await gifOf({
        frames,
        width: width * benches.length,
        height,
        channels,
        scale: Math.max(1, Math.round(GIF_PIXELS / width)),
        delay: FRAME_MS,
        lastDelay: LAST_FRAME_MS,
      });
      save(file, name);
      this.said.textContent = `Saved ${name}.`;
    } catch (error) {
      this.said.textContent = sentence("The GIF", error);
    }
    this.gif.disabled = this.figure.ends === null;
  }
}

const viewsOf = (strip: HTMLElement): ImageView[] =>
  Array.from(strip.querySelectorAll<ImageView>("image-view"));
