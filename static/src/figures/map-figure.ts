// A map of any model with what is decoded at its z: one picture, or one for each class.

import { sentence } from "../app/context";
import type { ReleaseContext } from "../app/release-context";
import { moveInPlane, type Plane, project } from "../core/latent/plane";
import type { Model } from "../core/release/manifest";
import type { ImageView } from "../elements/image-view";
import type { LatentMap } from "../elements/map/latent-map";
import type { Engine } from "../engine/engine";
import { decoderInto, dressMap, dressView, fillMap, loadPart, showError } from "./figure";

export class MapFigure {
  model: Model | null = null;
  /** (latent_size,) numbers. */
  z: readonly number[] = [];
  /** The class that a conditioned model decodes in a single picture. */
  label = 0;
  /** Where latent_size > 2, once it is known: the plane that the map shows. */
  #plane: Plane | null = null;
  readonly #decodeInto: ReturnType<typeof decoderInto>;

  /**
   * @param moved is called with z whenever the reader moves it.
   * @param drawn is called once the views show an image or an error.
   */
  constructor(
    /** May be that of another release before a model of it is shown. */
    public context: Pick<ReleaseContext, "engine" | "means" | "document">,
    readonly map: LatentMap,
    readonly views: readonly ImageView[],
    moved: (z: readonly number[]) => void,
    drawn: () => void = () => {},
  ) {
    const current = (): Engine => this.context.engine;
    const following = {
      get engine() {
        return current();
      },
    };
    this.#decodeInto = decoderInto(following, views, (model) => model === this.model, drawn);
    map.addEventListener("latent-change", ({ detail }) => {
      const { model } = this;
      if (model === null || (model.latent_size > 2 && this.#plane === null)) return;
      this.z = this.#plane === null ? detail.z : moveInPlane(this.#plane, this.z, detail.z);
      this.decode();
      moved(this.z);
    });
  }

  /** Shows a model at a z (null: where it opens); resolves once its points are there, or cannot be. */
  async show(model: Model, z: readonly number[] | null = null): Promise<void> {
    this.model = model;
    this.#plane = null;
    const { map, views } = this;
    dressMap(map, model);
    for (const view of views) dressView(view, model);
    this.z = z?.length === model.latent_size ? z : model.prepared.z;
    const isShown = (): boolean => this.model === model;
    const plane = model.latent_size > 2 ? this.#findPlane(model) : this.#placeMark();
    await Promise.all([
      plane,
      loadPart(this.context, model, "decoder", views, isShown).then(() => {
        if (isShown()) this.decode();
      }),
      fillMap(this.context, map, model),
    ]);
  }

  /** Moves z on behalf of a program: nothing is told. */
  moveTo(z: readonly number[]): void {
    this.z = z;
    this.#placeMark();
    this.decode();
  }

  decode(): void {
    const { model, z, views, label } = this;
    if (model === null) return;
    const labels = views.length === 1 ? [label] : views.map((_, i) => i);
    this.#decodeInto({ model, z: labels.flatMap(() => z), labels });
  }

  async #findPlane(model: Model): Promise<void> {
    try {
      const { plane = null } = await this.context.document(model, "statistics");
      if (this.model !== model) return;
      this.#plane = plane;
      this.#placeMark();
    } catch (error) {
      if (this.model === model) {
        showError([this.map], sentence("Where z lies on this map", error), () =>
          this.#findPlane(model),
        );
      }
    }
  }

  #placeMark(): void {
    if (this.#plane !== null) this.map.z = project(this.#plane, this.z);
    else if (this.model?.latent_size === 2) this.map.z = [this.z[0] as number, this.z[1] as number];
  }
}
