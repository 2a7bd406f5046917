// The worker in which every map of the page draws its points: one renderer for each canvas.
//
// Measured without a GPU (2 cores, 600 px): on the main thread each frame of 60,000 points blocked
// it for 50 to 150 ms and the first for up to 360 ms; from here nothing blocks it for 20 ms.
import { type Served, serve } from "./points-renderer";

addEventListener("message", ({ data }: MessageEvent<Served>) => serve(data));
// It tells the page that this script has arrived.
postMessage(null);
