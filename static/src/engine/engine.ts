// What runs models: one interface, whether this browser does it or the server.

import type { PlanePosterior, RefinedPosterior } from "../core/inference/plane-posterior";
import type { Model } from "../core/release/manifest";

/** q(z|x) of one image: mean and log-variance, `latent_size` numbers each. */
export interface Posterior {
  mu: Float32Array;
  /** Empty for a deterministic autoencoder. */
  logvar: Float32Array;
}

/** An image's q(z|x), and what the decoder makes of its mean. */
export interface Reconstruction extends Posterior {
  /** One image, H×W×C in [0, 1]. */
  image: Float32Array;
}

export interface Decoded {
  /** n images, H×W×C each, in [0, 1]. */
  images: Float32Array;
  /** (n · classes,) class probabilities, of a model that classifies; else null. */
  probabilities: Float32Array | null;
  /** Whether the images are near what the model would draw, and not its own. */
  approximate?: boolean;
}

export type Part = "encoder" | "decoder";

export type Request =
  | { kind: "load"; part: Part }
  | { kind: "decode"; z: Float32Array; labels?: number[] | undefined }
  | { kind: "encode"; pixels: Float32Array; label?: number | undefined }
  /** Encode and decode: in one message, so that a pen waits for one answer and not for two. */
  | { kind: "reconstruct"; pixels: Float32Array; label?: number | undefined }
  /** Of a model of two latents: make its lattice ready for `posterior`. */
  | { kind: "lattice"; label?: number | undefined }
  | {
      kind: "posterior";
      pixels: Float32Array;
      label?: number | undefined;
      q?: { mu: number[]; sigma: number[] } | undefined;
    };

export abstract class Engine {
  /**
   * Answers a request: `Decoded`, `Posterior` or `Reconstruction`, as its kind says.
   *
   * @param progress is told how much of a file has arrived, 0…1.
   * @throws EngineError
   */
  abstract run(
    model: Model,
    request: Request,
    progress?: (share: number) => void,
  ): Promise<unknown>;

  /** Fetches and prepares a part of a model; done at once where that has happened. */
  async load(model: Model, part: Part, progress?: (share: number) => void): Promise<void> {
    await this.run(model, { kind: "load", part }, progress);
  }

  /**
   * Decodes n points at once.
   *
   * @param z n × latent_size numbers.
   * @param labels n classes, where the decoder is conditioned.
   * @returns n images, H×W×C each, in [0, 1].
   */
  async decode(model: Model, z: Float32Array, labels?: number[]): Promise<Float32Array> {
    return (await this.decodeWithClasses(model, z, labels)).images;
  }

  /** Decodes like `decode`, and tells what a model that classifies reads from each point. */
  decodeWithClasses(model: Model, z: Float32Array, labels?: number[]): Promise<Decoded> {
    return this.run(model, { kind: "decode", z, labels }) as Promise<Decoded>;
  }

  /** Encodes one image, H×W×C in [0, 1], with its class where the encoder is conditioned. */
  encode(model: Model, pixels: Float32Array, label?: number): Promise<Posterior> {
    return this.run(model, { kind: "encode", pixels, label }) as Promise<Posterior>;
  }

  /** Encodes one image like `encode`, and decodes its mean, with its class where conditioned. */
  reconstruct(model: Model, pixels: Float32Array, label?: number): Promise<Reconstruction> {
    return this.run(model, { kind: "reconstruct", pixels, label }) as Promise<Reconstruction>;
  }

  /**
   * Decodes, in the background, what `posterior` needs of a model of two latents; done once.
   *
   * @param label the class, where the decoder is conditioned.
   */
  async prepareLattice(model: Model, label?: number): Promise<void> {
    await this.run(model, { kind: "lattice", label });
  }

  /**
   * Computes p(z|x) and log p(x) of an image under a model of two latents, prior N(0, I).
   *
   * @returns what the lattice says, a first estimate.
   */
  posterior(model: Model, pixels: Float32Array, label?: number): Promise<PlanePosterior | null> {
    const request: Request = { kind: "posterior", pixels, label };
    return this.run(model, request) as Promise<PlanePosterior | null>;
  }

  /**
   * Refines it until it has settled, and measures the encoder's q(z|x) against it.
   *
   * @returns null where a newer image was asked about meanwhile.
   */
  explain(
    model: Model,
    pixels: Float32Array,
    q: { mu: number[]; sigma: number[] },
    label?: number,
  ): Promise<RefinedPosterior | null> {
    const request: Request = { kind: "posterior", pixels, label, q };
    return this.run(model, request) as Promise<RefinedPosterior | null>;
  }
}

/** Why an engine could not answer: the figure shows `message`. */
export class EngineError extends Error {
  constructor(
    /**
     * "runtime": this browser cannot run models. "start": what runs them did not start this time.
     * "model": this one cannot be had. "gone": its file is not there. "network": its file did not
     * arrive. "server": no answer.
     */
    readonly reason: "runtime" | "start" | "model" | "gone" | "network" | "server",
    message: string,
  ) {
    super(message);
  }
}
