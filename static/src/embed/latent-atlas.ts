// <latent-atlas>: a map and the picture decoded under the pointer, on any page.
//
// Attributes  src        address of a release's folder, where current.json lies
//             model      a model's id; without it the release's first
//             condition  the class that a conditioned model decodes, a number from 0
//             state      loading, ready or error (reflected)
// Properties  z          latent_size numbers; setting it emits nothing
//             selection  rows of the points in the lasso; setting it emits nothing
//             pixels     the picture as it was last drawn, H×W×C in 0…1, or null (read only)
//             release    a manifest whose URLs are absolute, instead of `src`
//             runtime    address of ONNX Runtime's WebAssembly; else it lies beside this script
// Events      z-change {z}, selection {rows}: for what the reader did; image-change {pixels}: drawn

import { css, html, type PropertyValues } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import wasmUrl from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import { sentence } from "../app/context";
import { ReleaseContext } from "../app/release-context";
import type { Manifest } from "../core/release/manifest";
import { AtlasElement } from "../elements/atlas-element";
import "../elements/image-view";
import type { ImageView } from "../elements/image-view";
import "../elements/map/latent-map";
import type { LatentMap } from "../elements/map/latent-map";
import { base } from "../elements/shared-styles";
import { openRelease } from "../engine/open-release";
import { MapFigure } from "../figures/map-figure";
import { engineWith } from "./inline-engine";

@customElement("latent-atlas")
export class LatentAtlas extends AtlasElement {
  static override styles = [
    base,
    css`
    .figure {
      display: grid;
      grid-template-columns: minmax(0, 2fr) minmax(4rem, 1fr);
      gap: 0.75rem;
      align-items: start;
      max-width: 52rem;
    }
  `,
  ];

  @property() src = "";
  @property() model = "";
  @property({ type: Number }) condition = 0;
  @property({ attribute: false }) release: Manifest | null = null;
  @property({ attribute: false }) runtime = "";

  @query("latent-map") private readonly map!: LatentMap;
  @query("image-view") private readonly view!: ImageView;

  #context: ReleaseContext | null = null;
  #figure: MapFigure | null = null;
  /** What is asked for before there is a model to show it with. */
  #z: readonly number[] | null = null;

  get z(): number[] | null {
    const z = this.#figure?.z ?? this.#z;
    return z && [...z];
  }
  set z(value: ArrayLike<number> | null) {
    const z = value && Array.from(value);
    if (!(z?.every(Number.isFinite) ?? true)) return;
    const isOf = this.#figure !== null && z?.length === this.#figure.model?.latent_size;
    if (isOf) this.#figure?.moveTo(z as number[]);
    else this.#z = z;
  }

  get selection(): readonly number[] {
    return this.map?.selection ?? [];
  }
  set selection(rows: readonly number[]) {
    if (this.map) this.map.selection = rows;
  }

  get pixels(): Float32Array | null {
    return this.view?.pixels ?? null;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("condition") && this.#figure !== null) {
      this.#figure.label = this.condition;
      this.#figure.decode();
    }
    if (["src", "release", "model"].some((name) => changed.has(name as keyof LatentAtlas))) {
      const isOther = changed.has("src") || changed.has("release");
      void this.#show(isOther);
    }
  }

  async #show(isOther: boolean): Promise<void> {
    if (this.src === "" && this.release === null) return;
    this.state = "loading";
    const asked = [this.src, this.release, this.model];
    const isAsked = (): boolean =>
      asked.every((one, i) => one === [this.src, this.release, this.model][i]);
    try {
      if (isOther || this.#context === null) {
        const manifest = this.release ?? (await openRelease(folderOf(this.src)));
        if (!isAsked()) return;
        this.#take(manifest);
      }
      const context = this.#context as ReleaseContext;
      const model = this.model === "" ? context.manifest.models[0] : context.model(this.model);
      if (model === undefined || this.#figure === null) return;
      this.#figure.label = this.condition;
      await this.#figure.show(model, this.#z);
      this.#z = null;
      if (isAsked() && this.state === "loading") this.state = "ready";
    } catch (error) {
      if (isAsked()) {
        const what = this.model === "" ? "The release" : `The model ${this.model}`;
        this.fail(sentence(what, error), () => void this.#show(true));
      }
    }
  }

  #take(manifest: Manifest): void {
    for (const [index, colour] of manifest.palette.entries()) {
      this.style.setProperty(`--class-${index}`, colour);
    }
    const engine = engineWith(this.runtime || new URL(wasmUrl, import.meta.url).href);
    this.#context = new ReleaseContext(manifest, engine, engine);
    if (this.#figure !== null) {
      this.#figure.context = this.#context;
      return;
    }
    this.#figure = new MapFigure(
      this.#context,
      this.map,
      [this.view],
      (z) => this.emit("z-change", { z: [...z] }),
      () => this.emit("image-change", { pixels: this.pixels }),
    );
  }

  protected override render() {
    return html`<div class="figure">
        <latent-map
          lasso
          @selection-change=${({ detail }: CustomEvent) => this.emit("selection", detail)}
          ><img slot="picture" alt=""
        /></latent-map>
        <image-view label="The picture decoded from the point under the pointer"></image-view>
      </div>
      ${this.renderError()}`;
  }
}

const folderOf = (src: string): string =>
  new URL(src.endsWith("/") ? src : `${src}/`, document.baseURI).href;
