// Asks the server to run models, for browsers that cannot.

import { imageSize, type Model } from "../core/release/manifest";
import { type Decoded, Engine, EngineError, type Posterior, type Request } from "./engine";

/** Requests of one call that are on their way at the same time. */
const MOST_AT_ONCE = 12;

export class ServerEngine extends Engine {
  /** @param base the page's address, which the API lies beside. */
  constructor(private readonly base: string) {
    super();
  }

  async run(model: Model, request: Request): Promise<unknown> {
    switch (request.kind) {
      case "load":
        return null;
      case "decode":
        return this.decodeAll(model, request.z, request.labels);
      case "encode":
        return this.encodeOne(model, request.pixels, request.label);
      case "reconstruct": {
        const { pixels, label } = request;
        const posterior = await this.encodeOne(model, pixels, label);
        const labels = label === undefined ? undefined : [label];
        const { images } = await this.decodeAll(model, posterior.mu, labels);
        return { ...posterior, image: images };
      }
      case "lattice":
      case "posterior":
        throw new EngineError(
          "server",
          "it takes thousands of decodings, which only a browser that can run the model makes",
        );
    }
  }

  private async decodeAll(model: Model, z: Float32Array, labels?: number[]): Promise<Decoded> {
    const { latent_size, classes, condition } = model;
    const size = imageSize(model);
    const count = z.length / latent_size;
    const images = new Float32Array(count * size);
    let probabilities: Float32Array | null = null;
    const decodeOne = async (index: number): Promise<void> => {
      const own = Array.from(z.subarray(index * latent_size, (index + 1) * latent_size));
      const body = { z: own, ...(condition !== "none" && { label: labels?.[index] ?? 0 }) };
      const response = await this.post(model, "decode", "application/json", JSON.stringify(body));
      const read = response.headers.get("class-probability");
      if (read !== null) {
        probabilities ??= new Float32Array(count * classes);
        probabilities.set(read.split(",").map(Number), index * classes);
      }
      const bytes = new Uint8Array(await response.arrayBuffer());
      for (let i = 0; i < size; i++) images[index * size + i] = (bytes[i] as number) / 255;
    };
    // A few at a time: a lattice of hundreds would fill the queue that all readers share.
    let next = 0;
    const decodeSome = async (): Promise<void> => {
      while (next < count) await decodeOne(next++);
    };
    await Promise.all(Array.from({ length: Math.min(MOST_AT_ONCE, count) }, decodeSome));
    return { images, probabilities };
  }

  private async encodeOne(model: Model, pixels: Float32Array, label?: number): Promise<Posterior> {
    const bytes = Uint8Array.from(pixels, (value) => Math.round(value * 255));
    const route = model.condition === "both" ? `encode?label=${label ?? 0}` : "encode";
    const response = await this.post(model, route, "application/octet-stream", bytes);
    const { mu, logvar } = (await response.json()) as { mu: number[]; logvar?: number[] };
    return { mu: Float32Array.from(mu), logvar: Float32Array.from(logvar ?? []) };
  }

  private async post(model: Model, route: string, type: string, body: BodyInit): Promise<Response> {
    const url = new URL(`api/models/${encodeURIComponent(model.id)}/${route}`, this.base);
    let response: Response;
    try {
      response = await fetch(url, { method: "POST", headers: { "Content-Type": type }, body });
    } catch {
      throw new EngineError("server", "the server does not answer");
    }
    if (!response.ok) {
      throw new EngineError(
        "server",
        response.status === 503 ? "the server cannot run it now" : "the server refused to run it",
      );
    }
    return response;
  }
}
