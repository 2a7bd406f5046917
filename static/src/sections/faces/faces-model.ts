// A model of faces with what is known of it: its attributes, its examples, and the plane of its map.

import type { PageContext } from "../../app/context";
import { sheetOf } from "../../core/image/sheet";
import { byUse, drawFromPrior, imagesFromBase64, type Source } from "../../core/latent/attributes";
import type { Plane } from "../../core/latent/plane";
import { imageSize, type Model } from "../../core/release/manifest";
import type { Attributes, Examples } from "../../core/release/release";

export class FaceModel {
  /** The numbers of the attributes as they are offered. */
  readonly order: readonly number[];

  private constructor(
    readonly model: Model,
    readonly attributes: Attributes,
    readonly examples: Examples,
    /** Where d > 2 and its statistics can be had. */
    readonly plane: Plane | null,
    /** (E, H, W, C), where they may be shown. */
    private readonly pixels: Float32Array | null,
  ) {
    this.order = byUse(attributes.names.length, attributes.read);
  }

  /** Fetches a model's documents. */
  static async of(context: PageContext, model: Model): Promise<FaceModel> {
    const [attributes, examples, plane] = await Promise.all([
      context.document(model, "attributes"),
      context.document(model, "examples"),
      // Without its statistics only the map is lost.
      context.document(model, "statistics").then(
        (statistics) => statistics.plane ?? null,
        () => null,
      ),
    ]);
    const { pixels: text, count } = examples;
    const pixels = text === undefined ? null : imagesFromBase64(text, count);
    const fits = pixels?.length === count * imageSize(model);
    return new FaceModel(model, attributes, examples, plane, fits ? pixels : null);
  }

  /** Returns μ of an example or the z of a draw, (d,); null where it has no such example. */
  z(source: Source): number[] | null {
    if (source.kind === "sample") return drawFromPrior(source.seed, this.model.latent_size);
    return source.kind === "example" ? (this.examples.mu[source.index] ?? null) : null;
  }

  /** Returns the image that an example is of, H×W×C, where it may be shown. */
  original(index: number): Float32Array | null {
    const size = imageSize(this.model);
    return this.pixels?.subarray(index * size, (index + 1) * size) ?? null;
  }

  /** Lays each example beside its reconstruction, (E, H, 2·W, C); null where none may be shown. */
  besideOriginals(decoded: Float32Array): Float32Array | null {
    const size = imageSize(this.model);
    const both = new Float32Array(2 * decoded.length);
    for (let i = 0; i < this.examples.count; i++) {
      const original = this.original(i);
      if (original === null) return null;
      both.set(original, 2 * i * size);
      both.set(decoded.subarray(i * size, (i + 1) * size), (2 * i + 1) * size);
    }
    return sheetOf(both, this.model.image, 2, this.examples.count);
  }

  /** Returns the vectors, (A, d), as they were found or at right angles. */
  vectors(raw: boolean): readonly number[][] {
    return raw ? this.attributes.vectors : this.attributes.orthogonal;
  }

  /** Returns what an example is called: its place among the test faces, and its attributes. */
  nameOf(index: number): string {
    const { names } = this.attributes;
    const has = names.filter((_, k) => this.examples.attributes[index]?.[k] === 1).join(", ");
    return `Test face ${this.examples.index[index]}${has ? `: ${has}` : ""}`;
  }
}
