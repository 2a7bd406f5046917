// The worker in which every map of the page draws its points: one renderer for each canvas.
//
// Measured without a GPU (2 cores, 600 px): on the main thread each frame of 60,000 points blocked
// it for 50 to 150 ms and the first for up to 360 ms; from here nothing blocks it for 20 ms.
import type { Points } from "../../core/points/points";
import { type PointsEvents, type PointsFrame, PointsRenderer } from "./points-renderer";

/** Gives the worker a canvas, and a port for all that concerns it. */
export interface NewCanvas {
  readonly canvas: OffscreenCanvas;
  readonly port: MessagePort;
}

/** What comes through the port of a canvas: new points, a new frame, or null at its end. */
export type ToRenderer = { readonly points: Points } | { readonly frame: PointsFrame } | null;
/** What goes back: the event of the renderer that has taken place. */
export type FromRenderer = keyof PointsEvents;

addEventListener("message", ({ data: { canvas, port } }: MessageEvent<NewCanvas>) => {
  const tell = (event: FromRenderer): void => port.postMessage(event);
  const renderer = new PointsRenderer(canvas, {
    drawn: () => tell("drawn"),
    lost: () => tell("lost"),
    failed: () => tell("failed"),
  });
  port.onmessage = ({ data: message }: MessageEvent<ToRenderer>) => {
    if (message === null) {
      renderer.destroy();
      port.close();
    } else if ("points" in message) renderer.setPoints(message.points);
    else renderer.update(message.frame);
  };
});
