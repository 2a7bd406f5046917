// The worker in which every map of the page draws its points: one renderer for each canvas.
//
// Measured without a GPU (2 cores, 600 px): on the main thread each frame of 60,000 points blocked
// it for 50 to 150 ms and the first for up to 360 ms; from here nothing blocks it for 20 ms.
import type { Points } from "../../core/points/points";
import { type PointsFrame, PointsRenderer } from "./points-renderer";

export type ToWorker =
  | { readonly id: number; readonly type: "create"; readonly canvas: OffscreenCanvas }
  | { readonly id: number; readonly type: "points"; readonly points: Points }
  | { readonly id: number; readonly type: "update"; readonly frame: PointsFrame }
  | { readonly id: number; readonly type: "destroy" };

export interface FromWorker {
  readonly id: number;
  readonly type: "drawn" | "lost" | "failed";
  readonly reason?: string;
}

const renderers = new Map<number, PointsRenderer>();
// TypeScript's window and worker libraries exclude each other; this is all that is used of `self`.
const scope = self as unknown as {
  postMessage(message: FromWorker): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
};

scope.onmessage = ({ data: message }) => {
  const { id } = message;
  switch (message.type) {
    case "create":
      renderers.set(
        id,
        new PointsRenderer(message.canvas, {
          drawn: () => scope.postMessage({ id, type: "drawn" }),
          lost: () => scope.postMessage({ id, type: "lost" }),
          failed: (reason) => scope.postMessage({ id, type: "failed", reason }),
        }),
      );
      break;
    case "points":
      renderers.get(id)?.setPoints(message.points);
      break;
    case "update":
      renderers.get(id)?.update(message.frame);
      break;
    case "destroy":
      renderers.get(id)?.destroy();
      renderers.delete(id);
      break;
  }
};
