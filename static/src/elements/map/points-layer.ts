// The map's end of the points: a canvas whose renderer lives in the shared worker.
//
// Where a worker cannot draw (no OffscreenCanvas, no WebGL in it, the worker's file missing) the
// same renderer runs here; where that cannot draw either, `failed` says so and the map goes on
// with its prepared picture.
import type { Points } from "../../core/points/points";
import { type PointsEvents, type PointsFrame, PointsRenderer } from "./points-renderer";
import type { FromWorker, ToWorker } from "./points-worker";

let shared: Worker | null = null;
let nextId = 1;

function sharedWorker(): Worker {
  shared ??= new Worker(new URL("./points-worker.ts", import.meta.url), { type: "module" });
  return shared;
}

export class PointsLayer {
  readonly #host: HTMLElement;
  readonly #events: PointsEvents;
  readonly #id = nextId++;
  #canvas: HTMLCanvasElement | null = null;
  #worker: Worker | null = null;
  #renderer: PointsRenderer | null = null;
  #points: Points | null = null;
  #frame: PointsFrame | null = null;

  /** Puts its canvas into `host`. */
  constructor(host: HTMLElement, events: PointsEvents) {
    this.#host = host;
    this.#events = events;
    try {
      const offscreen = this.#newCanvas().transferControlToOffscreen();
      const worker = sharedWorker();
      worker.addEventListener("message", this.#onMessage);
      worker.addEventListener("error", this.#onWorkerError);
      this.#worker = worker;
      this.#send({ id: this.#id, type: "create", canvas: offscreen }, [offscreen]);
    } catch {
      this.#drawHere();
    }
  }

  setPoints(points: Points): void {
    this.#points = points;
    this.#renderer?.setPoints(points);
    this.#send({ id: this.#id, type: "points", points });
  }

  update(frame: PointsFrame): void {
    this.#frame = frame;
    this.#renderer?.update(frame);
    this.#send({ id: this.#id, type: "update", frame });
  }

  destroy(): void {
    this.#send({ id: this.#id, type: "destroy" });
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

  #send(message: ToWorker, transfer: Transferable[] = []): void {
    this.#worker?.postMessage(message, transfer);
  }

  #leaveWorker(): void {
    this.#worker?.removeEventListener("message", this.#onMessage);
    this.#worker?.removeEventListener("error", this.#onWorkerError);
    this.#worker = null;
  }

  /** A canvas given to the worker cannot come back: this starts with a fresh one. */
  #drawHere(): void {
    this.#leaveWorker();
    this.#renderer = new PointsRenderer(this.#newCanvas(), this.#events);
    if (this.#points !== null) this.#renderer.setPoints(this.#points);
    if (this.#frame !== null) this.#renderer.update(this.#frame);
  }

  readonly #onMessage = ({ data: message }: MessageEvent<FromWorker>): void => {
    if (message.id !== this.#id) return;
    if (message.type === "drawn") this.#events.drawn();
    else if (message.type === "lost") this.#events.lost();
    else this.#drawHere();
  };

  readonly #onWorkerError = (): void => {
    shared = null;
    this.#drawHere();
  };
}
