// The strip of section "faces": growing multiples of one attribute, of another, and of both at once.

import type { PageContext } from "../../app/context";
import { settled } from "../../core/async/settled";
import { formatNumber } from "../../core/geometry/viewport";
import { multiplesOf } from "../../core/latent/attributes";
import type { DigitGrid } from "../../elements/digit-grid";
import { required } from "../../figures/figure";
import { gridInto } from "../../figures/grid";
import type { FaceModel } from "./faces-model";
import type { FaceStudio } from "./faces-studio";

const MULTIPLES = [-1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5, 3];
/** Where nine would be too small to see, as many as the others are whole. */
const NARROW = "(max-width: 47.99rem)";
/** What the strip opens on, where the dataset has it. */
const FIRST = ["blond hair"];
const SECOND = ["sunglasses", "eyeglasses"];
const NONE = -1;
const REST_MS = 150;

/** One row: what is added, and its vector. */
interface Row {
  readonly name: string;
  readonly vector: readonly number[];
}

export function startStrip(context: PageContext, figure: HTMLElement, studio: FaceStudio): void {
  const first = required<HTMLSelectElement>(figure, "#faces-first");
  const second = required<HTMLSelectElement>(figure, "#faces-second");
  const places = Array.from(figure.querySelectorAll<HTMLElement>(".multiples"));
  const grids = places.map((place) => required<DigitGrid>(place, "digit-grid"));
  const decoders = grids.map((grid) => gridInto(studio, grid));
  const { state } = context;
  const narrow = matchMedia(NARROW);
  let multiples: number[] = [];
  const lay = (): void => {
    multiples = MULTIPLES.filter((m) => !narrow.matches || Number.isInteger(m));
    for (const grid of grids) {
      grid.images = null;
      grid.columns = multiples.length;
      grid.count = multiples.length;
      grid.captions = multiples.map((m) => `${m > 0 ? "+" : ""}${formatNumber(m, m % 1 ? 1 : 0)}`);
    }
  };
  lay();

  /** Offers another dataset's attributes. */
  const offer = ({ attributes: { names }, order }: FaceModel): void => {
    if (first.options.length === names.length) return;
    const choose = (choice: HTMLSelectElement, linked: number | null, other: number): void => {
      choice.append(...order.map((k) => new Option(names[k], String(k))));
      choice.value = String(linked !== null && linked < names.length ? linked : other);
      choice.disabled = false;
    };
    const find = (wanted: readonly string[], but = NONE): number =>
      [...wanted.map((name) => names.indexOf(name)), ...order].find((k) => k >= 0 && k !== but) ??
      NONE;
    first.replaceChildren();
    second.replaceChildren(new Option("nothing else", String(NONE)));
    const opened = find(FIRST);
    choose(first, state.facesFirst, opened);
    choose(second, state.facesSecond, find(SECOND, opened));
  };

  const rowsOf = (faces: FaceModel): Row[] => {
    const vectors = faces.vectors(studio.raw);
    const row = (k: number): Row => ({
      name: faces.attributes.names[k] as string,
      vector: vectors[k] ?? [],
    });
    const one = row(Number(first.value));
    if (Number(second.value) === NONE || second.value === first.value) return [one];
    const other = row(Number(second.value));
    const both = one.vector.map((value, i) => value + (other.vector[i] as number));
    return [one, other, { name: "both", vector: both }];
  };

  const show = (): void => {
    const { faces, base } = studio;
    if (faces === null || base.length === 0) return;
    offer(faces);
    const rows = rowsOf(faces);
    for (const [i, place] of places.entries()) {
      const row = rows[i];
      place.hidden = row === undefined;
      if (row === undefined) continue;
      required<HTMLElement>(place, "p").textContent = row.name;
      const grid = grids[i] as DigitGrid;
      grid.label = `The face with growing multiples of the vector of ${row.name}`;
      grid.names = multiples.map((m) => `${formatNumber(m, 1)} times ${row.name}`);
      grid.marked = multiples.indexOf(0);
      decoders[i]?.({ model: faces.model, z: multiplesOf(base, [row.vector], multiples).flat() });
    }
  };

  for (const choice of [first, second]) {
    choice.addEventListener("change", () => {
      context.update({ facesFirst: Number(first.value), facesSecond: Number(second.value) });
      show();
    });
  }
  narrow.addEventListener("change", () => {
    lay();
    show();
  });
  const rested = settled<void>(REST_MS, show);
  let raw = studio.raw;
  studio.listen((change) => {
    // What the sliders add is not in the strip; whichever vectors they add is.
    if (change === "mix" && raw === studio.raw) return;
    raw = studio.raw;
    rested();
  });
  show();
}
