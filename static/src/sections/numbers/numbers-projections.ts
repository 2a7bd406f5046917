// Part "projections" of section "numbers": three kinds of model laid out on a plane, side by side.

import { type PageContext, sentence } from "../../app/context";
import { leaveOut } from "../../app/notice";
import type { View } from "../../core/geometry/viewport";
import { moveInPlane } from "../../core/latent/plane";
import { marginalOf } from "../../core/points/marginal";
import type { FileEntry, Model } from "../../core/release/manifest";
import type { Layout } from "../../core/release/release";
import type { MarginalDensity } from "../../elements/chart/marginal-density";
import type { ImageView } from "../../elements/image-view";
import type { LatentMap } from "../../elements/map/latent-map";
import {
  type Decoding,
  decoderInto,
  dressMap,
  dressView,
  loadPart,
  required,
} from "../../figures/figure";
import "../../elements/chart/marginal-density";

type LayoutName = "pca" | "tsne";

/** What the reader chose to see. */
interface Choice {
  layout: LayoutName;
  size: number;
}

export async function showProjections(context: PageContext, part: HTMLElement): Promise<void> {
  const sizes = inputs(part, "numbers-size");
  const layouts = inputs(part, "numbers-layout");
  const digit = part.querySelector<HTMLSelectElement>("select");
  const panels = Array.from(
    part.querySelectorAll<HTMLElement>("[data-kind]"),
    (element) => new Panel(context, element, () => Number(digit?.value ?? 0)),
  );
  const { state } = context;
  const offered = sizes.map(({ value }) => Number(value));
  const size = Number(sizes.find(({ defaultChecked }) => defaultChecked)?.value);
  if (state.numbersSize !== null && !offered.includes(state.numbersSize)) {
    leaveOut(context, "numbersSize");
  }
  const choice: Choice = {
    layout: state.numbersLayout ?? "pca",
    size: state.numbersSize ?? size,
  };
  const show = async (): Promise<void> => {
    part.dataset.layout = choice.layout;
    for (const input of sizes) input.checked = Number(input.value) === choice.size;
    for (const text of part.querySelectorAll<HTMLElement>("[data-read]")) {
      text.hidden = Number(text.dataset.read) !== choice.size;
    }
    for (const input of layouts) input.checked = input.value === choice.layout;
    await Promise.all(panels.map((panel) => panel.show(choice)));
  };
  for (const input of sizes) {
    input.disabled = false;
    input.addEventListener("change", () => {
      choice.size = Number(input.value);
      context.update({ numbersSize: choice.size === size ? null : choice.size });
      void show();
    });
  }
  for (const input of layouts) {
    input.disabled = false;
    input.addEventListener("change", () => {
      choice.layout = input.value as LayoutName;
      context.update({ numbersLayout: choice.layout === "pca" ? null : choice.layout });
      void show();
    });
  }
  if (digit !== null) {
    const first = digit.value;
    if (state.numbersLabel !== null) digit.value = String(state.numbersLabel);
    if (digit.selectedIndex < 0) {
      digit.value = first;
      leaveOut(context, "numbersLabel");
    }
    digit.disabled = false;
    digit.addEventListener("change", () => {
      context.update({ numbersLabel: digit.value === first ? null : Number(digit.value) });
      for (const panel of panels) panel.decode();
    });
  }
  // A class singled out on one map is singled out on all.
  part.addEventListener("classes-change", (event) => {
    for (const panel of panels) panel.isolate(event.detail.isolated);
  });
  await show();
}

const inputs = (part: HTMLElement, name: string): HTMLInputElement[] =>
  Array.from(part.querySelectorAll<HTMLInputElement>(`input[name=${name}]`));

/** The map of one kind of model, its two marginals, and the picture of the point under the cursor. */
class Panel {
  readonly #map: LatentMap;
  readonly #across: MarginalDensity;
  readonly #along: MarginalDensity;
  readonly #view: ImageView;
  readonly #send: (decoding: Decoding) => void;
  #model: Model | null = null;
  #layout: LayoutName = "pca";
  #loaded: Promise<boolean> | null = null;

  constructor(
    readonly context: PageContext,
    readonly element: HTMLElement,
    readonly digit: () => number,
  ) {
    this.#map = required(element, "latent-map");
    this.#across = required(element, "marginal-density:not([upright])");
    this.#along = required(element, "marginal-density[upright]");
    this.#view = required(element, "image-view");
    this.#send = decoderInto(context, [this.#view], (model) => model === this.#model);
    this.#map.addEventListener("latent-change", () => {
      this.#mark();
      this.decode();
    });
    this.#map.addEventListener("view-change", (event) => this.#follow(event.detail.view));
  }

  /** Shows a layout of the model of this kind and that size, where the release has one. */
  async show({ layout, size }: Choice): Promise<void> {
    const { context, element } = this;
    const model = context.find(`${element.dataset.kind}-${size}`);
    const file = model?.projections?.[layout];
    element.hidden = model === null || file === undefined;
    if (model === null || file === undefined) return;
    this.#dress(model, layout);
    try {
      await this.#lay(await context.layout(file), file);
    } catch (error) {
      if (!this.#shows(model, layout)) return;
      this.#map.message = sentence(`The layout of ${model.id}`, error);
      this.#map.state = "error";
    }
  }

  isolate(isolated: number[]): void {
    this.#map.isolated = isolated;
    this.#across.isolated = isolated;
    this.#along.isolated = isolated;
  }

  /** Draws what the decoder makes of the point under the cursor, where a point is a z. */
  async decode(): Promise<void> {
    const [model, place] = [this.#model, this.#map.z];
    if (model === null || place === null || this.#layout !== "pca") return;
    // A reader who only looks need not wait for the model, nor fetch it.
    this.#loaded ??= loadPart(this.context, model, "decoder", [this.#view], undefined, () =>
      this.#shows(model, "pca"),
    );
    if (!(await this.#loaded)) return;
    try {
      const { plane } = await this.context.document(model, "statistics");
      if (plane === undefined || !this.#shows(model, "pca") || this.#map.z === null) return;
      const z = moveInPlane(plane, plane.origin, this.#map.z);
      this.#send({ model, z, ...(model.condition === "none" ? {} : { labels: [this.digit()] }) });
    } catch (error) {
      if (!this.#shows(model, "pca")) return;
      this.#view.message = sentence(`The plane of ${model.id}`, error);
      this.#view.state = "error";
    }
  }

  #shows(model: Model, layout: LayoutName): boolean {
    return this.#model === model && this.#layout === layout;
  }

  #dress(model: Model, layout: LayoutName): void {
    const { isolated } = this.#map;
    const other = this.#model !== model;
    this.#model = model;
    this.#layout = layout;
    if (other) this.#loaded = null;
    dressMap(this.#map, model);
    const plane = layout === "pca";
    this.#map.label = `${plane ? "PCA" : "t-SNE"} of the latents of “${model.title}”`;
    this.#map.symbol = "point";
    this.#map.z = null;
    // Distances in t-SNE mean nothing: no axes, and no point to ask for.
    this.#map.layers = plane ? {} : { axes: false, cursor: false };
    // The prepared picture is the PCA's.
    required<HTMLImageElement>(this.#map, "img").hidden = !plane;
    if (other) {
      dressView(this.#view, model);
      required<HTMLImageElement>(this.#view, "img").src = model.prepared.image.url;
    }
    this.#across.marginal = null;
    this.#along.marginal = null;
    this.isolate([...isolated]);
    this.#mark();
    required(this.element, "[data-size]").textContent = String(model.latent_size);
  }

  async #lay(layout: Layout, file: FileEntry): Promise<void> {
    if (this.#model?.projections?.[this.#layout] !== file) return; // another was chosen meanwhile
    this.#map.home = layout.view;
    this.#map.statistics = layout.statistics;
    this.#map.points = layout;
    if (this.#layout === "tsne") return;
    const classes = this.#model.classes;
    this.#across.marginal = marginalOf(layout, 0, classes);
    this.#along.marginal = marginalOf(layout, 1, classes);
    this.#follow(layout.view);
  }

  /** Keeps the marginals in register with what the map shows. */
  #follow({ centre, scale }: View): void {
    this.#across.range = [centre[0] - scale / 2, centre[0] + scale / 2];
    this.#along.range = [centre[1] - scale / 2, centre[1] + scale / 2];
  }

  #mark(): void {
    const [x, y] = this.#map.z ?? [null, null];
    this.#across.at = x;
    this.#along.at = y;
  }
}
