// What runs models: one interface, whether this browser does it or the server.

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

/** What a decoder makes of n points. */
export interface Decoded {
  /** n images, H×W×C each, in [0, 1]. */
  images: Float32Array;
  /** (n · classes,) class probabilities, of a model that classifies; else null. */
  probabilities: Float32Array | null;
}

export type Part = "encoder" | "decoder";

export interface Engine {
  /** Fetches and prepares a part of a model; done at once where that has happened. */
  load(model: Model, part: Part, progress?: (share: number) => void): Promise<void>;
  /**
   * Decodes n points at once.
   *
   * @param z n × latent_size numbers.
   * @param labels n classes, where the decoder is conditioned.
   * @returns n images, H×W×C each, in [0, 1].
   */
  decode(model: Model, z: Float32Array, labels?: number[]): Promise<Float32Array>;
  /** Decodes like `decode`, and tells what a model that classifies reads from each point. */
  decodeWithClasses(model: Model, z: Float32Array, labels?: number[]): Promise<Decoded>;
  /** Encodes one image, H×W×C in [0, 1], with its class where the encoder is conditioned. */
  encode(model: Model, pixels: Float32Array, label?: number): Promise<Posterior>;
  /** Encodes one image like `encode`, and decodes its mean; both are told `label` where they want it. */
  reconstruct(model: Model, pixels: Float32Array, label?: number): Promise<Reconstruction>;
}

/** Why an engine could not answer: the figure shows `message`. */
export class EngineError extends Error {
  constructor(
    /** "runtime": this browser cannot run models. "model": this one cannot be had. "server": no answer. */
    readonly reason: "runtime" | "model" | "server",
    message: string,
  ) {
    super(message);
  }
}

/** Reconstructs in two steps, where an engine has no shorter way. */
export async function encodeThenDecode(
  engine: Pick<Engine, "encode" | "decode">,
  model: Model,
  pixels: Float32Array,
  label?: number,
): Promise<Reconstruction> {
  const posterior = await engine.encode(model, pixels, label);
  const labels = label === undefined ? undefined : [label];
  return { ...posterior, image: await engine.decode(model, posterior.mu, labels) };
}
