// The lab's way from A to B: its ends, its stations, walking along it, and the GIF of it.

import { type PageContext, sentence } from "../../app/context";
import { latest } from "../../core/async/latest";
import { type Shape, sheetOf } from "../../core/image/sheet";
import {
  type Interpolation,
  interpolate,
  interpolationSteps,
} from "../../core/latent/interpolation";
import { roundVector } from "../../core/link/link-values";
import { formatVector, parseVector } from "../../core/link/vectors";
import { imageSize, type Model } from "../../core/release/manifest";
import type { ImageView } from "../../elements/image-view";
import type { PlayBar } from "../../elements/play-bar";
import { dressView, required, showError } from "../../figures/figure";
import type { Bench } from "./lab-bench";
import { gifOf, save } from "./lab-files";

/** Points of the line on the map; an arc looks smooth with so many. */
const LINE_POINTS = 49;
/** Frames of the GIF, how long each stays, and about how wide a picture is. */
const FRAMES = 49;
const FRAME_MS = 80;
const LAST_FRAME_MS = 800;
const GIF_PIXELS = 224;

interface PathEvents {
  /** The walker is here. */
  walked(z: readonly number[]): void;
  /** The reader set an end, or the way: it wants to be seen. */
  set(): void;
}

interface Ends {
  from: readonly number[];
  to: readonly number[];
}

/** A model whose stations are to be decoded. */
interface Strip {
  bench: Bench;
  model: Model;
  points: number[][];
  label: number;
}

export class LabPath {
  private ends: Ends | null = null;
  private readonly bar: PlayBar;
  private readonly fields: Record<"from" | "to", HTMLInputElement>;
  private readonly ways: HTMLInputElement[];
  private readonly strips: HTMLElement[];
  private readonly gif: HTMLButtonElement;
  private readonly said: HTMLOutputElement;
  private readonly decodeStrips: ((strip: Strip) => void)[];

  constructor(
    private readonly context: PageContext,
    root: HTMLElement,
    /** The benches whose z walks: the first, and the second where it shares it. */
    private readonly walkers: () => Bench[],
    private readonly events: PathEvents,
  ) {
    this.bar = required(root, "play-bar");
    this.fields = { from: required(root, "[name=lab-from]"), to: required(root, "[name=lab-to]") };
    this.ways = Array.from(root.querySelectorAll<HTMLInputElement>("[name=lab-way]"));
    this.strips = Array.from(root.querySelectorAll<HTMLElement>(".film"));
    this.gif = required(root, "button[name=gif]");
    this.said = required(root, "output");
    this.decodeStrips = this.strips.map((strip) => this.stripDecoder(viewsOf(strip)));
    this.bar.addEventListener("value-change", ({ detail }) => this.walk(detail.value));
    this.gif.addEventListener("click", () => void this.saveGif());
    for (const end of ["from", "to"] as const) {
      this.fields[end].addEventListener("change", () => this.type(end));
      required<HTMLButtonElement>(root, `button[name=lab-${end}-z]`).addEventListener("click", () =>
        this.setEnd(end, this.walkers()[0]?.z ?? []),
      );
    }
    for (const input of this.ways) {
      input.addEventListener("change", () => {
        context.update({ labWay: input.value === "arc" ? "arc" : null });
        this.refresh();
        this.events.set();
      });
    }
  }

  private get way(): Interpolation {
    return this.context.state.labWay ?? "line";
  }

  /** Stops the walk: the reader has taken z elsewhere. */
  pause(): void {
    this.bar.pause();
  }

  /** Other models are coming: nothing of the old ones stays. */
  clear(): void {
    this.ends = null;
    this.bar.disabled = true;
    this.gif.disabled = true;
    this.said.textContent = "";
    for (const view of this.strips.flatMap(viewsOf)) {
      view.pixels = null;
      view.state = "loading";
    }
  }

  /** Sets the ends anew, for another model or from the link; null: there is none yet. */
  async show(): Promise<void> {
    const { state } = this.context;
    const [bench] = this.walkers();
    const model = bench?.model ?? null;
    this.ends = null;
    this.bar.value = (state.labAt ?? 0) / 1000;
    for (const input of this.ways) input.checked = input.value === this.way;
    if (model === null) return;
    let ends = { from: state.labFrom, to: state.labTo };
    if (ends.from === null || ends.to === null) {
      const [from, to] = await this.firstEnds(model);
      if (this.walkers()[0]?.model !== model) return;
      // Where the statistics are missing, the ends wait for the reader.
      ends = { from: ends.from ?? from ?? null, to: ends.to ?? to ?? null };
    }
    this.ends = ends.from && ends.to ? { from: ends.from, to: ends.to } : null;
    this.refresh();
  }

  /** Draws and decodes all of it again: an end, the way, a model or a label is another. */
  refresh(): void {
    const { ends } = this;
    const benches = this.walkers();
    this.bar.disabled = ends === null;
    this.gif.disabled = ends === null;
    for (const [i, strip] of this.strips.entries()) {
      strip.hidden = benches[i] === undefined;
      // With one model above there is no doubt whose these are.
      const caption = required<HTMLElement>(strip, "figcaption");
      caption.textContent = benches.length > 1 ? (benches[i]?.model?.title ?? "") : "";
    }
    if (ends === null) return;
    for (const end of ["from", "to"] as const) {
      const field = this.fields[end];
      if (field !== document.activeElement) field.value = ends[end].join(", ");
      field.removeAttribute("aria-invalid");
    }
    this.tell();
    this.lay();
    for (const [i, bench] of benches.entries()) {
      const views = viewsOf(this.strips[i] as HTMLElement);
      const { model, label } = bench;
      if (model === null) continue;
      const points = interpolationSteps(ends.from, ends.to, views.length, this.way);
      this.decodeStrips[i]?.({ bench, model, points, label });
    }
  }

  /** Lays the way over the maps of whoever walks, and takes it off the others. */
  lay(): void {
    const { ends } = this;
    if (ends === null) return;
    const line = interpolationSteps(ends.from, ends.to, LINE_POINTS, this.way);
    for (const bench of this.walkers()) bench.lay(line);
  }

  private walk(share: number): void {
    if (this.ends === null) return;
    this.context.update({ labAt: Math.round(1000 * share) });
    this.tell();
    this.events.walked(interpolate(this.ends.from, this.ends.to, share, this.way));
  }

  private tell(): void {
    this.bar.text = `${Math.round(100 * this.bar.value)} %`;
  }

  private type(end: "from" | "to"): void {
    const size = this.walkers()[0]?.model?.latent_size ?? 0;
    const field = this.fields[end];
    const z = parseVector(field.value, size);
    field.setAttribute("aria-invalid", String(z === null));
    const name = end === "from" ? "A" : "B";
    this.said.textContent =
      z === null ? `${name} has to be ${size} numbers, with commas between them.` : "";
    if (z !== null) this.setEnd(end, z);
  }

  private setEnd(end: "from" | "to", z: readonly number[]): void {
    const other = end === "from" ? "to" : "from";
    const own = roundVector(z);
    this.ends = { ...(this.ends ?? { [other]: own }), [end]: own } as unknown as Ends;
    this.bar.pause();
    this.bar.value = 0;
    this.context.update({
      labFrom: [...this.ends.from],
      labTo: [...this.ends.to],
      labAt: null,
    });
    this.said.textContent = `${end === "from" ? "A" : "B"} is ${formatVector(own)}.`;
    this.fields[end].value = own.join(", ");
    this.refresh();
    this.events.set();
  }

  /** The means of the first two classes. */
  private async firstEnds(model: Model): Promise<number[][]> {
    try {
      const { splits } = await this.context.document(model, "statistics");
      return splits.train
        .slice(0, 2)
        .flatMap(({ mean }) => (mean.length === model.latent_size ? [roundVector(mean)] : []));
    } catch {
      return [];
    }
  }

  private stripDecoder(views: ImageView[]): (strip: Strip) => void {
    return latest(
      ({ bench, model, points }: Strip) => {
        for (const view of views) {
          if (view.width !== model.image.width || view.channels !== model.image.channels) {
            dressView(view, model);
          }
        }
        return bench.model === model ? bench.decodeAll(points) : Promise.resolve(null);
      },
      (images, { bench, model, points }) => {
        if (images === null || bench.model !== model) return;
        const size = imageSize(model);
        for (const [i, view] of views.entries()) {
          view.label = `${model.title} at ${formatVector(points[i] as number[])}`;
          view.pixels = images.slice(i * size, (i + 1) * size);
        }
      },
      (error, { bench, model }) => {
        if (bench.model === model) showError(views.slice(0, 1), sentence("This way", error));
      },
    );
  }

  private async saveGif(): Promise<void> {
    const { ends } = this;
    const [first, second] = this.walkers();
    const model = first?.model ?? null;
    if (ends === null || model === null || first === undefined) return;
    const alike = second?.model != null && sameShape(second.model.image, model.image);
    const benches = alike ? [first, second as Bench] : [first];
    this.gif.disabled = true;
    this.said.textContent = "The GIF is being made …";
    try {
      const points = interpolationSteps(ends.from, ends.to, FRAMES, this.way);
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
    this.gif.disabled = this.ends === null;
  }
}

const viewsOf = (strip: HTMLElement): ImageView[] =>
  Array.from(strip.querySelectorAll<ImageView>("image-view"));

/** Whether two models' pictures fit side by side into one. */
const sameShape = (a: Shape, b: Shape): boolean =>
  a.height === b.height && a.width === b.width && a.channels === b.channels;
