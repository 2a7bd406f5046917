// The way between two faces in section "faces": A and B are chosen, the bar walks between them.

import "../../elements/play-bar";
import type { PageContext } from "../../app/context";
import { settled } from "../../core/async/settled";
import { readSource, type Source, writeSource } from "../../core/latent/attributes";
import { interpolate } from "../../core/latent/interpolation";
import type { ImageView } from "../../elements/image-view";
import type { PlayBar } from "../../elements/play-bar";
import { decoderInto, dressView, required } from "../../figures/figure";
import { randomSample } from "./faces-sample";
import type { FaceStudio } from "./faces-studio";

/** The face at hand, whatever is added to it. */
const HERE = "here";
const REST_MS = 120;
const ENDS = { from: "e0", to: "e1" };

export function startWay(context: PageContext, figure: HTMLElement, studio: FaceStudio): void {
  const bar = required<PlayBar>(figure, "play-bar");
  const view = required<ImageView>(figure, "image-view[name=faces-way]");
  const ends = {
    from: new End(figure, "from", (value) => choose("from", value)),
    to: new End(figure, "to", (value) => choose("to", value)),
  };
  const views = [ends.from.view, ends.to.view];
  const decodeEnds = decoderInto(studio, views);
  const decode = decoderInto(studio, [view]);
  const { state } = context;
  ends.from.value = state.facesFrom ?? ENDS.from;
  ends.to.value = state.facesTo ?? ENDS.to;
  bar.value = (state.facesAt ?? 0) / 1000;

  /** z of an end; the first example where this model has no such face. */
  const place = (value: string): number[] => {
    if (value === HERE) return studio.z();
    const source = readSource(value);
    return (
      (source && studio.faces?.z(source)) ?? studio.faces?.z({ kind: "example", index: 0 }) ?? []
    );
  };
  const step = (at: number): void => {
    const model = studio.faces?.model;
    if (model === undefined || studio.base.length === 0) return;
    // Along the sphere: a mix of two draws keeps their length.
    const z = interpolate(place(ends.from.value), place(ends.to.value), at, "arc");
    decode({ model, z });
    bar.text = `${Math.round(100 * at)} % of the way`;
  };
  const lay = (): void => {
    const { faces } = studio;
    if (faces === null || studio.base.length === 0) return;
    for (const one of [...views, view]) dressView(one, faces.model);
    for (const end of Object.values(ends)) end.offer(faces.examples.count);
    decodeEnds({
      model: faces.model,
      z: [...place(ends.from.value), ...place(ends.to.value)],
    });
    bar.disabled = false;
    step(bar.value);
  };
  function choose(which: "from" | "to", value: string): void {
    bar.pause();
    ends[which].value = value;
    const { from, to } = ends;
    context.update({
      facesFrom: from.value === ENDS.from ? null : from.value,
      facesTo: to.value === ENDS.to ? null : to.value,
    });
    lay();
  }
  bar.addEventListener("value-change", ({ detail }) => {
    step(detail.value);
    const at = Math.round(1000 * detail.value);
    context.update({ facesAt: at === 0 ? null : at });
  });
  const rested = settled(REST_MS, lay);
  studio.listen((change) => {
    const isConcerned = [ends.from.value, ends.to.value].includes(HERE);
    if (change === "model" || isConcerned || bar.disabled) rested(undefined);
  });
  lay();
}

/** One end of the way: its picture, and the choice of its face. */
class End {
  readonly view: ImageView;
  readonly #select: HTMLSelectElement;
  #value = "";
  #count = 0;

  constructor(figure: HTMLElement, name: "from" | "to", choose: (value: string) => void) {
    this.view = required(figure, `image-view[name=faces-${name}]`);
    this.#select = required(figure, `#faces-${name}`);
    this.#select.addEventListener("change", () => choose(this.#select.value));
    required<HTMLButtonElement>(figure, `button[name=faces-draw-${name}]`).addEventListener(
      "click",
      () => choose(writeSource(randomSample()) as string),
    );
  }

  get value(): string {
    return this.#value;
  }

  set value(value: string) {
    this.#value = value;
    this.#fill();
  }

  /** Offers so many examples. */
  offer(count: number): void {
    if (count === this.#count) return;
    this.#count = count;
    this.#fill();
    this.#select.disabled = false;
    const button = this.#select.parentElement?.querySelector("button");
    if (button) button.disabled = false;
  }

  #fill(): void {
    const examples = Array.from(
      { length: this.#count },
      (_, i) => new Option(`example ${i + 1}`, `e${i}`),
    );
    const source: Source | null = readSource(this.#value);
    const drawn = source?.kind === "sample" ? [new Option(`draw ${source.seed}`, this.#value)] : [];
    this.#select.replaceChildren(new Option("the face above", HERE), ...examples, ...drawn);
    this.#select.value = this.#value;
  }
}
