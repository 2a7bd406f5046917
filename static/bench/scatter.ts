// Zooms and pans the same points in the map's renderer and in regl-scatterplot, frame by frame.
//
// Both draw on this page's own thread, on canvases of the same size. A frame's cost is its share of
// the time that a number of frames take, each asked for when the last one was drawn, until the GPU
// (or what stands in for it) has finished them all. The browser is started without the beat of a
// screen: with it, a single frame waits for the next beat or the one after, as the browser pleases.
// A frame of the map's renderer alone is also timed by how many classes the points have.

import createScatterplot from "regl-scatterplot";
import { pointsFromColumns } from "../src/core/points/points";
import { PointsRenderer } from "../src/elements/map/points-renderer";

const SIDE = 600;
const CLASSES = 10;

/** Ten clouds in −1…1, always the same; more classes share them. */
function clouds(count: number, classes = CLASSES): { x: number[]; y: number[]; labels: number[] } {
  let seed = 1;
  const random = (): number => {
    seed = (seed * 48271) % 2147483647;
    return seed / 2147483647;
  };
  const labels = Array.from({ length: count }, (_, i) => i % classes);
  const around = (centre: (label: number) => number): number[] =>
    labels.map(
      (label) => 0.6 * centre(label % CLASSES) + 0.5 * (random() + random() + random() - 1.5),
    );
  return { x: around((k) => Math.cos(k)), y: around((k) => Math.sin(k * 1.7)), labels };
}

/** Where the camera is at a frame: it zooms in and out while it circles. */
function cameraAt(frame: number): { x: number; y: number; scale: number } {
  const turn = frame / 15;
  return { x: 0.3 * Math.cos(turn), y: 0.3 * Math.sin(turn), scale: 2 * 1.5 ** Math.sin(turn) };
}

const nextFrame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));

/** Frames before the counted ones of a block: what the other plot began is over by then. */
const WARM_UP = 5;

/** Milliseconds that a plot takes for one of `frames` frames, the first of them at `from`. */
async function cost(plot: Plot, from: number, frames: number, warmUp = WARM_UP): Promise<number> {
  const { gl } = plot;
  let started = 0;
  for (let i = -warmUp; i < frames; i++) {
    if (i === 0) started = finished(gl);
    plot.show(from + i);
    await nextFrame();
  }
  return (finished(gl) - started) / frames;
}

/** When all that was drawn is finished: a pixel cannot be read before. */
function finished(gl: WebGL2RenderingContext | WebGLRenderingContext): number {
  gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
  return performance.now();
}

const median = (values: number[]): number =>
  values.sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;

interface Plot {
  gl: WebGL2RenderingContext | WebGLRenderingContext;
  show(frame: number): void;
}

async function openOurs(count: number, classes = CLASSES): Promise<Plot> {
  const { x, y, labels } = clouds(count, classes);
  const canvas = document.querySelector("#ours") as HTMLCanvasElement;
  const palette = new Float32Array(3 * classes).map((_, i) => ((i * 37) % 100) / 100);
  let renderer!: PointsRenderer;
  const ready = new Promise<void>((drawn, failed) => {
    renderer = new PointsRenderer(canvas, (event) => {
      if (event === "drawn") drawn();
      else failed(new Error(event));
    });
  });
  const show = (frame: number): void => {
    const { x: cx, y: cy, scale } = cameraAt(frame);
    renderer.update({
      view: { centre: [cx, cy], scale },
      zoom: 2 / scale,
      size: { width: SIDE, height: SIDE },
      pixelRatio: 1,
      classes: palette,
      dimmed: [0.5, 0.5, 0.5],
      shown: null,
    });
  };
  renderer.setPoints(pointsFromColumns(labels, x, y));
  show(0);
  await ready;
  return { gl: canvas.getContext("webgl2") as WebGL2RenderingContext, show };
}

async function openTheirs(count: number): Promise<Plot> {
  const { x, y, labels } = clouds(count);
  const plot = createScatterplot({
    canvas: document.querySelector("#theirs") as HTMLCanvasElement,
    width: SIDE,
    height: SIDE,
    pointSize: 2,
    opacity: 0.5,
    colorBy: "valueA",
    pointColor: ["#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6", "#a96b59"],
  });
  await plot.draw({ x, y, valueA: labels });
  const show = (frame: number): void => {
    const { x: cx, y: cy, scale } = cameraAt(frame);
    const zoom = 2 / scale;
    plot.view([zoom, 0, 0, 0, 0, zoom, 0, 0, 0, 0, 1, 0, -cx * zoom, -cy * zoom, 0, 1]);
  };
  return { gl: (plot.get("regl") as unknown as { _gl: WebGLRenderingContext })._gl, show };
}

/** Median milliseconds of a frame of each plot, in turns so that both meet the same noise. */
async function frameCosts(
  count: number,
  blocks: number,
  frames: number,
  withTheirs: boolean,
): Promise<{ ours: number; theirs: number }> {
  const [ours, theirs] = [await openOurs(count), withTheirs ? await openTheirs(count) : null];
  const costs = { ours: [] as number[], theirs: [] as number[] };
  for (let i = 0; i < blocks; i++) {
    costs.ours.push(await cost(ours, i * frames, frames));
    if (theirs !== null) costs.theirs.push(await cost(theirs, i * frames, frames));
  }
  return { ours: median(costs.ours), theirs: median(costs.theirs) };
}

/** The 95th percentile of the milliseconds that a single frame of so many classes takes. */
async function slowFrame(count: number, classes: number, frames: number): Promise<number> {
  const plot = await openOurs(count, classes);
  const costs: number[] = [];
  for (let i = 0; i < frames; i++) costs.push(await cost(plot, i, 1, i === 0 ? WARM_UP : 0));
  return costs.sort((a, b) => a - b)[Math.floor(0.95 * frames)] as number;
}

Object.assign(window, { frameCosts, slowFrame });
