// Part "projections" of section "numbers": three kinds of model laid out on a plane, side by side.

import { type PageContext, sentence } from "../../app/context";
import type { View } from "../../core/geometry/viewport";
import { moveInPlane } from "../../core/latent/plane";
import { marginalOf } from "../../core/points/marginal";
import type { Model } from "../../core/release/manifest";
import type { Layout } from "../../core/release/release";
import type { MarginalDensity } from "../../elements/chart/marginal-density";
import type { ImageView } from "../../elements/image-view";
import type { LatentMap } from "../../elements/map/latent-map";
import { type Choice, linkedChoice, showOnly } from "../../figures/choices";
import { keepClasses } from "../../figures/class-isolation";
import {
  type Decoding,
  decoderInto,
  dressMap,
  dressView,
  loadPart,
  required,
  showError,
} from "../../figures/figure";
import "../../elements/chart/marginal-density";

type LayoutName = "pca" | "tsne";

export async function showProjections(context: PageContext, part: HTMLElement): Promise<void> {
  const show = async (): Promise<void> => {
    part.dataset.layout = layout.value;
    showOnly(part, "read", size.value);
    await Promise.all(
      panels.map((panel) => panel.show(layout.value as LayoutName, Number(size.value))),
    );
  };
  const choice = (selector: string, key: "numbersSize" | "numbersLayout"): Choice =>
    linkedChoice(context, part, selector, key, () => void show());
  const size = choice("[name=numbers-size]", "numbersSize");
  const layout = choice("[name=numbers-layout]", "numbersLayout");
  const digit = linkedChoice(context, part, "select", "numbersLabel", () => {
    for (const panel of panels) panel.decode();
  });
  const panels = Array.from(
    part.querySelectorAll<HTMLElement>("[data-kind]"),
    (element) => new Panel(context, element, () => Number(digit.value)),
  );
  // A class singled out on one map is singled out on all.
  keepClasses(context, part, "numbersOnly", (isolated) => {
    for (const panel of panels) panel.isolate(isolated);
  });
  await show();
}

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
  async show(name: LayoutName, size: number): Promise<void> {
    const { context, element } = this;
    const model = context.find(`${element.dataset.kind}-${size}`);
    const file = model?.projections?.[name];
    element.hidden = file === undefined;
    if (model === null || file === undefined) return;
    this.#dress(model, name);
    try {
      const layout = await context.layout(file);
      if (this.#shows(model, name)) this.#lay(layout, model);
    } catch (error) {
      if (!this.#shows(model, name)) return;
      showError([this.#map], sentence(`The layout of ${model.id}`, error), () => {
        if (this.#shows(model, name)) void this.show(name, size);
      });
    }
  }

  isolate(isolated: number[]): void {
    for (const figure of [this.#map, this.#across, this.#along]) figure.isolated = isolated;
  }

  /** Draws what the decoder makes of the point under the cursor, where a point is a z. */
  async decode(): Promise<void> {
    const model = this.#model;
    if (model === null || this.#map.z === null || this.#layout !== "pca") return;
    const isShown = (): boolean => this.#shows(model, "pca");
    // A reader who only looks need not wait for the model, nor fetch it.
    this.#loaded ??= loadPart(this.context, model, "decoder", [this.#view], isShown);
    await this.#loaded;
    try {
      const { plane } = await this.context.document(model, "statistics");
      if (plane === undefined || !isShown() || this.#map.z === null) return;
      const z = moveInPlane(plane, plane.origin, this.#map.z);
      this.#send({ model, z, labels: [this.digit()] });
    } catch (error) {
      if (!isShown()) return;
      showError(
        [this.#view],
        sentence(`The plane of ${model.id}`, error),
        () => void this.decode(),
      );
    }
  }

  #shows(model: Model, layout: LayoutName): boolean {
    return this.#model === model && this.#layout === layout;
  }

  #dress(model: Model, layout: LayoutName): void {
    const { isolated } = this.#map;
    const isOther = this.#model !== model;
    this.#model = model;
    this.#layout = layout;
    dressMap(this.#map, model);
    const plane = layout === "pca";
    this.#map.label = `${plane ? "PCA" : "t-SNE"} of the latents of “${model.title}”`;
    this.#map.symbol = "point";
    this.#map.z = null;
    // Distances in t-SNE mean nothing: no axes, and no point to ask for.
    this.#map.layers = plane ? {} : { axes: false, cursor: false };
    // The prepared picture is the PCA's.
    required<HTMLImageElement>(this.#map, "img").hidden = !plane;
    if (isOther) {
      this.#loaded = null;
      dressView(this.#view, model);
      required<HTMLImageElement>(this.#view, "img").src = model.prepared.image?.url ?? "";
    }
    this.#across.marginal = null;
    this.#along.marginal = null;
    this.isolate([...isolated]);
    this.#mark();
    required(this.element, "[data-size]").textContent = String(model.latent_size);
  }

  #lay(layout: Layout, { classes }: Model): void {
    this.#map.home = layout.view;
    this.#map.statistics = layout.statistics;
    this.#map.points = layout;
    if (this.#layout === "tsne") return;
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
