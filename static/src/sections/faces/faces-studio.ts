// The face at hand: where it is from, what is added to it, by which model; and whom a change concerns.

import type { PageContext } from "../../app/context";
import { latest } from "../../core/async/latest";
import {
  addAttributes,
  readSource,
  type Source,
  weightsFor,
  writeSource,
} from "../../core/latent/attributes";
import { moveInPlane, project } from "../../core/latent/plane";
import type { Model } from "../../core/release/manifest";
import type { Engine } from "../../engine/engine";
import { EngineError } from "../../engine/engine";
import { FaceModel } from "./faces-model";

/** What has changed: another model, another face, or what is added to it. */
export type Change = "model" | "face" | "mix";

const FIRST: Source = { kind: "example", index: 0 };
const ENCODER_ELSEWHERE =
  "Your picture cannot be encoded: this browser cannot run models, and the picture is not sent to the server that could.";

export class FaceStudio {
  /** Null until the model's documents are there. */
  faces: FaceModel | null = null;
  source: Source = FIRST;
  /** The reader's own picture, H×W×C, where the face is of that. */
  photo: Float32Array | null = null;
  /** The face without anything added, (d,). */
  base: readonly number[] = [];
  weights: number[] = [];
  raw: boolean;
  /** Called with a sentence where encoding fails. */
  failed: (sentence: string) => void = () => {};

  /** Counts the models asked for: an older one must not replace a newer. */
  #asked = 0;
  readonly #listeners: ((change: Change) => void)[] = [];
  readonly #encode: (job: { faces: FaceModel; pixels: Float32Array }) => void;

  constructor(readonly context: PageContext) {
    const { state } = context;
    this.raw = state.facesVectors !== "orthogonal";
    const linked = state.facesFace === null ? null : readSource(state.facesFace);
    this.source = linked ?? FIRST;
    this.#encode = latest(
      ({ faces, pixels }) => context.here.encode(faces.model, pixels),
      ({ mu }, { faces, pixels }) => {
        // Another face or model was chosen meanwhile.
        if (faces !== this.faces || pixels !== this.photo) return;
        this.#setBase(Array.from(mu));
      },
      (error, { pixels }) => {
        if (pixels !== this.photo) return;
        const elsewhere = error instanceof EngineError && error.reason === "runtime";
        const why = error instanceof EngineError ? error.message : "something unexpected happened";
        this.failed(elsewhere ? ENCODER_ELSEWHERE : `Your picture cannot be encoded: ${why}.`);
      },
    );
  }

  /** What of the reader's own picture is decoded stays in this browser. */
  get engine(): Engine {
    return this.source.kind === "photo" ? this.context.here : this.context.engine;
  }

  /** The face at hand, (d,); by the other vectors where that is asked for. */
  z(raw = this.raw): number[] {
    return addAttributes(this.base, this.faces?.vectors(raw) ?? [], this.weights);
  }

  /** Whether the face was taken elsewhere on the map: it is no longer the one that was picked. */
  get isMoved(): boolean {
    return this.context.state.facesPlace !== null;
  }

  /** What the face at hand is a reconstruction of, H×W×C; null where there is none to show. */
  get original(): Float32Array | null {
    if (this.isMoved) return null;
    if (this.source.kind === "photo") return this.photo;
    return this.source.kind === "example"
      ? (this.faces?.original(this.source.index) ?? null)
      : null;
  }

  listen(listener: (change: Change) => void): void {
    this.#listeners.push(listener);
  }

  /** Takes up another model, and with it the same face as that one has it. */
  async show(model: Model): Promise<void> {
    const { state } = this.context;
    const asked = ++this.#asked;
    const faces = await FaceModel.of(this.context, model);
    if (asked !== this.#asked) return;
    const before = this.faces;
    const { names } = faces.attributes;
    this.weights =
      before === null
        ? names.map((_, k) => state.facesMix?.[k] ?? 0)
        : weightsFor(names, before.attributes.names, this.weights);
    this.faces = faces;
    this.base = []; // a z of one model means nothing to another
    if (before !== null) this.context.update({ facesPlace: null });
    if (this.source.kind !== "photo" && faces.z(this.source) === null) this.source = FIRST;
    this.#tell("model");
    this.#settle();
  }

  /** Takes up another face. */
  take(source: Exclude<Source, { kind: "photo" }>): void {
    this.source = source;
    this.photo = null;
    const isFirst = source.kind === "example" && source.index === 0;
    this.context.update({ facesFace: isFirst ? null : writeSource(source), facesPlace: null });
    this.#settle();
  }

  /** Takes up the reader's own picture, H×W×C: it is encoded here, and no link holds it. */
  takePhoto(pixels: Float32Array): void {
    this.source = { kind: "photo" };
    this.photo = pixels;
    this.context.update({ facesFace: null, facesPlace: null });
    this.#settle();
  }

  /** Moves the face within the plane of the map, so that with what is added to it, it is at z. */
  moveTo(z: readonly number[]): void {
    const plane = this.faces?.plane;
    if (plane == null) return;
    const here = this.z();
    const base = this.base.map((value, i) => value + (z[i] as number) - (here[i] as number));
    this.context.update({ facesPlace: project(plane, base) });
    this.#setBase(base);
  }

  mix(weights: number[]): void {
    this.weights = weights;
    this.#tell("mix");
    const isNone = weights.every((weight) => weight === 0);
    this.context.update({ facesMix: isNone ? null : weights });
  }

  turn(raw: boolean): void {
    this.raw = raw;
    this.#tell("mix");
    this.context.update({ facesVectors: raw ? null : "orthogonal" });
  }

  /** Finds the z of the face, at once or, of a picture, when it has been encoded. */
  #settle(): void {
    const { faces, source, photo } = this;
    if (faces === null) return;
    if (source.kind === "photo") {
      if (photo !== null) this.#encode({ faces, pixels: photo });
      return;
    }
    const z = faces.z(source) ?? [];
    const { facesPlace } = this.context.state;
    const isMoved = facesPlace !== null && faces.plane !== null;
    this.#setBase(isMoved ? moveInPlane(faces.plane, z, facesPlace) : z);
  }

  #setBase(base: readonly number[]): void {
    this.base = base;
    this.#tell("face");
  }

  #tell(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }
}
