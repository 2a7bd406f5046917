// The points of a map: a canvas whose renderer lives in the shared worker.
//
// Where a worker cannot draw (no OffscreenCanvas, no WebGL in it, the worker's file missing or late,
// more maps on the screen than Chromium lets a worker have contexts: four) the same renderer runs
// here; where that cannot draw either, `tell` says so and the map goes on with its prepared picture.
import { STALLED_MS } from "../../core/async/stall";
import type { Points } from "../../core/points/points";
import {
  type PointsEvent,
  type PointsFrame,
  type Served,
  serve,
  type ToRenderer,
} from "./points-renderer";

/** A lost context that is not back by then (ms) was taken by another map, which keeps it. */
const RESTORED_BY = 1000;

let shared: Worker | null = null;

/** How the worker starts; a script without an address of its own has another way. */
export const pointsWorker = {
  start: (): Worker =>
    new Worker(new URL("./points-worker.ts", import.meta.url), { type: "module" }),
};

export class PointsLayer {
  readonly #host: HTMLElement;
  readonly #tell: (event: PointsEvent) => void;
  #port: MessagePort | null = null;
  #points: Points | null = null;
  #frame: PointsFrame | null = null;
  #lost: ReturnType<typeof setTimeout> | undefined;

  /** Puts its canvas into `host`. */
  constructor(host: HTMLElement, tell: (event: PointsEvent) => void) {
    this.#host = host;
    this.#tell = tell;
    this.#start(!("transferControlToOffscreen" in HTMLCanvasElement.prototype));
  }

  setPoints(points: Points): void {
    if (points === this.#points) return;
    this.#points = points;
    this.#send({ points });
  }

  update(frame: PointsFrame): void {
    this.#frame = frame;
    this.#send({ frame });
  }

  destroy(): void {
    clearTimeout(this.#lost);
    this.#send(null);
    if (this.#port !== null) this.#port.onmessage = null;
    this.#port = null;
    this.#host.replaceChildren();
  }

  #send(message: ToRenderer): void {
    this.#port?.postMessage(message);
  }

  /** Starts with a fresh canvas: one that was given to the worker cannot come back. */
  #start(here: boolean): void {
    this.destroy();
    const canvas = document.createElement("canvas");
    const { port1, port2: port } = new MessageChannel();
    if (here) serve({ canvas, port });
    else {
      const offscreen = canvas.transferControlToOffscreen();
      shared ??= startShared();
      const worker = shared;
      worker.postMessage({ canvas: offscreen, port } satisfies Served, [offscreen, port]);
      worker.addEventListener("error", () => {
        if (shared === worker) shared = null;
        if (this.#port === port1) this.#start(true);
      });
    }
    port1.onmessage = ({ data: event }: MessageEvent<PointsEvent>) => {
      clearTimeout(this.#lost);
      if (event === "failed" && !here) this.#start(true);
      else this.#tell(event);
      if (event === "lost" && !here) {
        this.#lost = setTimeout(() => this.#start(true), RESTORED_BY);
      }
    };
    this.#port = port1;
    this.#host.append(canvas);
    if (this.#points !== null) this.#send({ points: this.#points });
    if (this.#frame !== null) this.#send({ frame: this.#frame });
  }
}

function startShared(): Worker {
  const worker = pointsWorker.start();
  const late = setTimeout(() => {
    worker.dispatchEvent(new Event("error"));
    worker.terminate();
  }, STALLED_MS);
  for (const sign of ["message", "error"]) {
    worker.addEventListener(sign, () => clearTimeout(late), { once: true });
  }
  return worker;
}
