// One model on the lab's bench: its map, its picture, its latents, its label.

import { type PageContext, sentence } from "../../app/context";
import { afterPicture } from "../../core/async/after-picture";
import { latest } from "../../core/async/latest";
import type { View } from "../../core/geometry/viewport";
import { liftAround, moveInPlane, type Plane, project } from "../../core/latent/plane";
import { roundVector } from "../../core/link/link-values";
import { formatVector } from "../../core/link/vectors";
import type { Model } from "../../core/release/manifest";
import type { ImageView } from "../../elements/image-view";
import type { LatentMap } from "../../elements/map/latent-map";
import {
  decodeWith,
  dressMap,
  dressView,
  fillMap,
  loadPart,
  required,
  showError,
} from "../../figures/figure";
import { type LatticeSource, MapLayers } from "../../figures/lazy-layers";
import { showClasses } from "./lab-classes";
import { LatentNumbers } from "./lab-latents";

/** What the reader did on a bench. */
export interface BenchEvents {
  moved(bench: Bench, z: number[]): void;
  pinned(bench: Bench, pinned: boolean): void;
  viewed(bench: Bench, view: View): void;
  asked(bench: Bench, label: number): void;
  /** z, the label or the model is another, and the picture shows it or is about to. */
  changed(bench: Bench): void;
}

/** Where a bench opens; null: where its model does. */
export interface Place {
  z: readonly number[] | null;
  label: number;
  view: View | null;
  pinned: boolean;
}

/** A picture and what it was decoded from. */
export interface Shown {
  readonly model: Model;
  readonly z: readonly number[];
  readonly label: number;
  readonly pixels: Float32Array;
}

/** Words and files follow when z has rested for so long; the picture does not wait. */
const REST_MS = 100;

export class Bench {
  /** Null while no model is on it. */
  model: Model | null = null;
  z: readonly number[] = [];
  label = 0;
  /** Where d > 2, once it is known: the plane that the map shows. */
  plane: Plane | null = null;
  /** The picture as it was last drawn. */
  shown: Shown | null = null;
  /** (classes,) of that picture, of a model that classifies; else null. */
  private probabilities: Float32Array | null = null;
  readonly map: LatentMap;
  readonly layers: MapLayers;
  private readonly view: ImageView;
  private readonly bar: HTMLProgressElement;
  private readonly caption: HTMLElement;
  private readonly latents: LatentNumbers;
  private readonly placeMarkSoon = afterPicture(() => this.placeMark());
  private readonly sayShownSoon = afterPicture(() => this.sayShown());
  private readonly decodeSoon = latest(
    ({ model, z, label }: Omit<Shown, "pixels">) =>
      this.context.engine.decodeWithClasses(
        model,
        Float32Array.from(z),
        model.condition === "none" ? undefined : [label],
      ),
    ({ images, probabilities }, wanted) => {
      if (wanted.model !== this.model) return;
      this.view.pixels = images;
      const isFirst = this.shown === null;
      this.shown = { ...wanted, pixels: images };
      this.probabilities = probabilities;
      this.sayShownSoon();
      if (isFirst) this.events.changed(this);
    },
    (error, { model }) => {
      if (model !== this.model) return;
      this.shown = null;
      showError([this.view], sentence(`The model ${model.id}`, error), () => this.decode());
    },
  );
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly context: PageContext,
    readonly root: HTMLElement,
    private readonly events: BenchEvents,
  ) {
    this.map = required(root, "latent-map");
    this.map.lasso = true;
    this.view = required(root, "image-view");
    this.bar = required(root, "progress");
    this.caption = required(root, "[data-caption]");
    this.latents = new LatentNumbers(root, (z) => this.userMoved(z));
    this.layers = new MapLayers(context, this.map, () => this.latticeSource());
    this.map.addEventListener("latent-change", ({ detail }) => {
      const z = this.fromMap(detail.z);
      if (z !== null) this.userMoved(z);
    });
    this.map.addEventListener("pin-change", ({ detail }) => events.pinned(this, detail.pinned));
    this.map.addEventListener("view-change", ({ detail }) => events.viewed(this, detail.view));
  }

  /** Puts a model on the bench; resolves once its picture is asked for, or cannot be had. */
  async show(model: Model, place: Place): Promise<void> {
    this.model = model;
    this.plane = null;
    this.shown = null;
    this.z = roundVector(place.z ?? model.prepared.z);
    this.label = place.label;
    this.root.hidden = false;
    this.dress(model, place);
    const isShown = (): boolean => this.model === model;
    const plane = model.latent_size > 2 ? this.findPlane(model) : null;
    await loadPart(this.context, model, "decoder", [this.view], isShown, this.bar);
    if (!isShown()) return;
    this.decode();
    const missing = await plane;
    if (!isShown()) return;
    this.layers.show(model);
    this.events.changed(this);
    void fillMap(this.context, this.map, model).then(() => {
      // Without its plane a map is only to be looked at; z is still to be had as numbers.
      if (missing === null || !isShown()) return;
      showError([this.map], sentence("Where z lies on this map", missing), () => {
        if (isShown()) void this.show(model, { ...place, z: this.z });
      });
    });
  }

  /** Takes the model off the bench. */
  clear(): void {
    this.model = null;
    this.shown = null;
    this.root.hidden = true;
    this.layers.leave();
  }

  /** Moves z, as whoever shares it wants. */
  moveTo(z: readonly number[]): void {
    if (this.model === null) return;
    this.z = roundVector(z);
    this.decode();
    this.placeMarkSoon();
  }

  ask(label: number): void {
    if (this.model === null || label >= this.model.classes) return;
    this.label = label;
    this.showClasses();
    if (this.model.condition !== "none") this.layers.moved();
    this.decode();
  }

  /** Lays points (d,) over the map as a path; null: none. */
  lay(path: readonly (readonly number[])[] | null): void {
    const points = path?.map((z) => this.toMap(z)) ?? [null];
    this.map.path = points.includes(null)
      ? null
      : { points: points as [number, number][], at: null };
  }

  /** Decodes n points of the present model in one call. */
  async decodeAll(points: readonly (readonly number[])[]): Promise<Float32Array> {
    const { model, label } = this;
    if (model === null) return new Float32Array();
    return decodeWith(this.context.engine, {
      model,
      z: points.flat(),
      labels: points.map(() => label),
    });
  }

  /** Where the sites of the map are in the latent space; null while that is not known. */
  latticeSource(): LatticeSource | null {
    const { model, plane, z, label } = this;
    if (model === null || (model.latent_size > 2 && plane === null)) return null;
    return {
      ...(model.condition !== "none" && { label }),
      ...(plane !== null && { lift: liftAround(plane, z) }),
    };
  }

  private userMoved(z: readonly number[]): void {
    this.moveTo(z);
    this.events.moved(this, [...this.z]);
  }

  private decode(): void {
    const { model, z, label } = this;
    if (model === null) return;
    this.decodeSoon({ model, z, label });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.model === null) return;
      this.latents.show(this.z);
      if (this.plane !== null) this.layers.moved();
      this.events.changed(this);
    }, REST_MS);
  }

  /** Says what the picture was decoded from, and what the model reads there. */
  private sayShown(): void {
    if (this.shown === null) return;
    this.showClasses();
    this.caption.textContent = `z = ${formatVector(this.shown.z)}`;
  }

  private dress(model: Model, { view, pinned }: Place): void {
    this.layers.leave();
    dressMap(this.map, model);
    dressView(this.view, model);
    this.view.label = `The picture that ${model.title} decodes`;
    this.map.view = view;
    this.map.pinned = pinned;
    this.caption.textContent = "";
    required<HTMLElement>(this.root, "h3").textContent = model.title;
    this.probabilities = null;
    this.showClasses();
    this.latents.show(this.z);
    this.placeMark();
    this.events.changed(this);
  }

  private showClasses(): void {
    if (this.model === null) return;
    showClasses(this.root, this.model, this.label, this.probabilities, (label) =>
      this.events.asked(this, label),
    );
  }

  /** Finds the plane that the map shows; resolves to why it is not there, or to null. */
  private async findPlane(model: Model): Promise<unknown> {
    try {
      const { plane = null } = await this.context.document(model, "statistics");
      if (this.model !== model) return null;
      this.plane = plane;
      this.placeMark();
      return null;
    } catch (error) {
      return error;
    }
  }

  private placeMark(): void {
    this.map.z = this.toMap(this.z);
  }

  private toMap(z: readonly number[]): [number, number] | null {
    if (this.model?.latent_size === 2) return [z[0] as number, z[1] as number];
    return this.plane === null ? null : project(this.plane, z);
  }

  private fromMap(place: [number, number]): number[] | null {
    if (this.model?.latent_size === 2) return place;
    return this.plane === null ? null : moveInPlane(this.plane, this.z, place);
  }
}
