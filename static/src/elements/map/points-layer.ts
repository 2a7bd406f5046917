// The points of a map: a canvas whose renderer lives in the shared worker.
//
// Where a worker cannot draw (no OffscreenCanvas, no WebGL in it, the worker's file missing) the
// same renderer runs here; where that cannot draw either, `failed` says so and the map goes on
// with its prepared picture.
import type { Points } from "../../core/points/points";
import { type PointsEvents, type PointsFrame, PointsRenderer } from "./points-renderer";
import type { FromRenderer, NewCanvas, ToRenderer } from "./points-worker";

let shared: Worker | null = null;

function sharedWorker(): Worker {
  shared ??= new Worker(new URL("./points-worker.ts", import.meta.url), { type: "module" });
  return shared;
}

export class PointsLayer {
  readonly #host: HTMLElement;
  readonly #events: PointsEvents;
  #canvas: HTMLCanvasElement | null = null;
  #worker: Worker | null = null;
  #port: MessagePort | null = null;
  #renderer: PointsRenderer | null = null;
  #points: Points | null = null;
  #frame: PointsFrame | null = null;

  /** Puts its canvas into `host`. */
  constructor(host: HTMLElement, events: PointsEvents) {
    this.#host = host;
    this.#events = events;
    try {
      this.#drawInWorker();
    } catch {
      this.#drawHere();
    }
  }

  setPoints(points: Points): void {
    this.#points = points;
    this.#renderer?.setPoints(points);
    this.#send({ points });
  }

  update(frame: PointsFrame): void {
    this.#frame = frame;
    this.#renderer?.update(frame);
    this.#send({ frame });
  }

  destroy(): void {
    this.#leaveWorker();
    this.#renderer?.destroy();
    this.#canvas?.remove();
  }

  #newCanvas(): HTMLCanvasElement {
    this.#canvas?.remove();
    this.#canvas = document.createElement("canvas");
    this.#host.append(this.#canvas);
    return this.#canvas;
  }

  #send(message: ToRenderer): void {
    this.#port?.postMessage(message);
  }

  #drawInWorker(): void {
    const canvas = this.#newCanvas().transferControlToOffscreen();
    const worker = sharedWorker();
    const { port1, port2: port } = new MessageChannel();
    worker.postMessage({ canvas, port } satisfies NewCanvas, [canvas, port]);
    worker.addEventListener("error", this.#onWorkerError);
    port1.onmessage = ({ data: event }: MessageEvent<FromRenderer>) => {
      if (event === "failed") this.#drawHere();
      else this.#events[event]();
    };
    this.#worker = worker;
    this.#port = port1;
  }

  #leaveWorker(): void {
    this.#worker?.removeEventListener("error", this.#onWorkerError);
    this.#send(null);
    if (this.#port !== null) this.#port.onmessage = null;
    this.#port = null;
  }

  /** A canvas given to the worker cannot come back: this starts with a fresh one. */
  #drawHere(): void {
    this.#leaveWorker();
    this.#renderer = new PointsRenderer(this.#newCanvas(), this.#events);
    if (this.#points !== null) this.#renderer.setPoints(this.#points);
    if (this.#frame !== null) this.#renderer.update(this.#frame);
  }

  readonly #onWorkerError = (): void => {
    shared = null;
    this.#drawHere();
  };
}
