// Draws the points of a map with WebGL2: one buffer, `gl.POINTS`, eight-bit blending.
//
// Knows nothing of models or of the page, and runs on any canvas in any thread; a map runs it in a
// worker (points-worker.ts). `setPoints` and `update` only note what changed; one animation frame
// draws it. A lost context is rebuilt from the points, which stay in memory for that.
//
// Where a full frame is slow (a million points without a GPU) a moving view draws a part of the
// points, the first so many in the order given, and all of them as soon as it rests.

import type { Size, View } from "../../core/geometry/viewport";
import { type Points, pointStyle } from "../../core/points/points";

/** The number of colours; classes beyond are drawn in the last one. */
export const MAX_CLASSES = 32;

/** Everything a frame depends on, besides the points. Plain data: it crosses to the worker. */
export interface PointsFrame {
  readonly view: View;
  /** Magnification over the home view. */
  readonly zoom: number;
  readonly size: Size;
  /** Device pixels in a CSS pixel. */
  readonly pixelRatio: number;
  /** (MAX_CLASSES · 3,) red, green, blue in 0…1 for each class. */
  readonly palette: Float32Array;
  /** The colour of points whose class is not shown. */
  readonly dimmed: readonly [number, number, number];
  /** Classes shown in colour; null: every one. */
  readonly shown: readonly number[] | null;
}

export interface PointsEvents {
  /** The first whole frame after the points came, or after a lost context, has been handed over. */
  drawn(): void;
  /** The context is gone; if it returns, `drawn` follows. */
  lost(): void;
  /** Nothing can be drawn on this canvas; `reason` is for the console. */
  failed(reason: string): void;
}

const VERTEX = `#version 300 es
uniform vec2 u_centre;
uniform vec2 u_scale;
uniform float u_diameter;
uniform vec4 u_colour[${MAX_CLASSES}];
layout(location = 0) in vec2 a_position;
layout(location = 1) in uint a_label;
flat out vec4 v_colour;
void main() {
  v_colour = u_colour[min(a_label, ${MAX_CLASSES - 1}u)];
  vec2 place = (a_position - u_centre) * u_scale;
  // A class that this pass leaves out goes beyond the clip volume: nothing is rasterised for it.
  gl_Position = v_colour.a > 0.0 ? vec4(place, 0.0, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
  // As wide as what the fragment shader leaves of a disc.
  gl_PointSize = sqrt(u_diameter * (u_diameter + 2.0));
}`;

const FRAGMENT = `#version 300 es
precision highp float;
uniform float u_diameter;
flat in vec4 v_colour;
out vec4 colour;
void main() {
  // An edge about one pixel wide: 0.5 + r - distance, with the distance written as its tangent in
  // distance² at r, (distance² + r²) / 2r. That spares every fragment a root, which tells where a
  // processor stands in for a GPU; a disc of r ≥ 1 has exactly the ink of its area, πr².
  vec2 place = gl_PointCoord - 0.5; // of a sprite √(4r² + 4r) wide
  float coverage = 0.5 + 0.25 * u_diameter - (u_diameter + 2.0) * dot(place, place);
  colour = v_colour * clamp(coverage, 0.0, 1.0);
}`;

/** A full frame slower than this (ms) makes a moving view draw a part; that part aims at TARGET. */
const SLOW = 120;
const TARGET = 45;
const SMALLEST_PART = 30_000;
/** A view that has not changed for this long (ms) rests. */
const REST = 140;
/** Of the opacity of points in colour. */
const DIMMED_OPACITY = 0.7;

type Uniform = "centre" | "scale" | "diameter" | "colour";
type Uniforms = Readonly<Record<Uniform, WebGLUniformLocation | null>>;

export class PointsRenderer {
  readonly #canvas: HTMLCanvasElement | OffscreenCanvas;
  readonly #events: PointsEvents;
  readonly #gl: WebGL2RenderingContext | null;
  /** Null while there is no context, or no program in it. */
  #uniforms: Uniforms | null = null;
  #points: Points | null = null;
  #frame: PointsFrame | null = null;
  #request = 0;
  #restTimer: ReturnType<typeof setTimeout> | undefined;
  #uploaded = false;
  #announced = false;
  #destroyed = false;
  /** When the frame arrived that is drawn last, and whether that drawing was whole. */
  #changedAt = 0;
  #whole = false;
  /** Milliseconds that recent whole frames took; the least of them is the least disturbed. */
  #costs: number[] = [];
  #wholeDrawnAt: number | null = null;

  constructor(canvas: HTMLCanvasElement | OffscreenCanvas, events: PointsEvents) {
    this.#canvas = canvas;
    this.#events = events;
    // No antialiasing, depth or stencil: the discs smooth their own edges, and memory is a phone's.
    this.#gl = canvas.getContext("webgl2", {
      antialias: false,
      depth: false,
      stencil: false,
    }) as WebGL2RenderingContext | null;
    if (this.#gl === null) {
      events.failed("no WebGL2");
      return;
    }
    canvas.addEventListener("webglcontextlost", this.#onLost);
    canvas.addEventListener("webglcontextrestored", this.#onRestored);
    this.#build();
  }

  setPoints(points: Points): void {
    this.#points = points;
    this.#costs = [];
    this.#startAnew();
  }

  update(frame: PointsFrame): void {
    this.#frame = frame;
    this.#changedAt = performance.now();
    this.#whole = false;
    this.#schedule();
  }

  destroy(): void {
    this.#destroyed = true;
    cancelAnimationFrame(this.#request);
    clearTimeout(this.#restTimer);
    this.#canvas.removeEventListener("webglcontextlost", this.#onLost);
    this.#canvas.removeEventListener("webglcontextrestored", this.#onRestored);
    // Contexts are few (16 in a page): give this one back now, not when memory is collected.
    this.#gl?.getExtension("WEBGL_lose_context")?.loseContext();
    this.#uniforms = null;
  }

  readonly #onLost = (event: Event): void => {
    event.preventDefault(); // otherwise it is never restored
    this.#uniforms = null;
    this.#wholeDrawnAt = null;
    this.#events.lost();
  };

  readonly #onRestored = (): void => this.#build();

  #build(): void {
    const gl = this.#gl as WebGL2RenderingContext;
    const program = gl.createProgram();
    const attach = (type: GLenum, source: string): void => {
      const shader = gl.createShader(type);
      if (shader === null) return; // lost meanwhile
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    };
    attach(gl.VERTEX_SHADER, VERTEX);
    attach(gl.FRAGMENT_SHADER, FRAGMENT);
    gl.linkProgram(program);
    if (gl.isContextLost()) return;
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) {
      this.#events.failed(`shader: ${gl.getProgramInfoLog(program)}`);
      return;
    }
    // One program and one buffer: they stay bound.
    gl.useProgram(program);
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 12, 0);
    gl.enableVertexAttribArray(1);
    gl.vertexAttribIPointer(1, 1, gl.UNSIGNED_BYTE, 12, 8);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.clearColor(0, 0, 0, 0);
    const locate = (name: Uniform) => gl.getUniformLocation(program, `u_${name}`);
    this.#uniforms = {
      centre: locate("centre"),
      scale: locate("scale"),
      diameter: locate("diameter"),
      colour: locate("colour"),
    };
    this.#startAnew();
  }

  /** The points are to be handed over, drawn whole, and announced. */
  #startAnew(): void {
    this.#uploaded = false;
    this.#announced = false;
    this.#whole = false;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#request === 0 && !this.#destroyed) {
      this.#request = requestAnimationFrame(this.#tick);
    }
  }

  readonly #tick = (): void => {
    this.#request = 0;
    const now = performance.now();
    if (this.#wholeDrawnAt !== null) {
      // The frame after a whole one comes when that one is through.
      this.#costs = [...this.#costs.slice(-2), now - this.#wholeDrawnAt];
      this.#wholeDrawnAt = null;
      if (!this.#announced) {
        this.#announced = true;
        this.#events.drawn();
      }
    }
    const [uniforms, points, frame] = [this.#uniforms, this.#points, this.#frame];
    if (uniforms === null || points === null || frame === null || this.#whole) return;
    const count = this.#countToDraw(points.count, now);
    this.#draw(uniforms, points, frame, count);
    this.#whole = count === points.count;
    if (this.#whole) {
      this.#wholeDrawnAt = performance.now();
      this.#schedule(); // to learn its cost, and that it was handed over
    } else {
      clearTimeout(this.#restTimer);
      this.#restTimer = setTimeout(() => this.#schedule(), REST);
    }
  };

  #countToDraw(count: number, now: number): number {
    const cost = Math.min(...this.#costs);
    const rests = now - this.#changedAt >= REST * 0.9;
    if (rests || this.#costs.length === 0 || cost < SLOW) return count;
    return Math.min(count, Math.max(SMALLEST_PART, Math.round((count * TARGET) / cost)));
  }

  #draw(uniforms: Uniforms, points: Points, frame: PointsFrame, count: number): void {
    const gl = this.#gl as WebGL2RenderingContext;
    const { size, view, pixelRatio } = frame;
    const width = Math.max(1, Math.round(size.width * pixelRatio));
    const height = Math.max(1, Math.round(size.height * pixelRatio));
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      this.#canvas.width = width;
      this.#canvas.height = height;
    }
    if (!this.#uploaded) this.#upload(points);
    gl.viewport(0, 0, width, height);
    gl.clear(gl.COLOR_BUFFER_BIT);

    const shorter = Math.min(width, height);
    const style = pointStyle(count, size.width * size.height, frame.zoom);
    const scale = (2 * shorter) / view.scale;
    gl.uniform2f(uniforms.centre, ...view.centre);
    gl.uniform2f(uniforms.scale, scale / width, scale / height);
    gl.uniform1f(uniforms.diameter, style.diameter * pixelRatio);
    const { shown } = frame;
    const isShown = (label: number): boolean => shown === null || shown.includes(label);
    const pass = (rgb: Float32Array, alpha: (label: number) => number): void => {
      gl.uniform4fv(uniforms.colour, premultiplied(rgb, alpha));
      gl.drawArrays(gl.POINTS, 0, count);
    };
    if (shown !== null) {
      // Dimmed classes first, so that none of them covers a shown one.
      const rgb = new Float32Array(MAX_CLASSES * 3).map((_, i) => frame.dimmed[i % 3] as number);
      pass(rgb, (label) => (isShown(label) ? 0 : DIMMED_OPACITY * style.opacity));
    }
    pass(frame.palette, (label) => (isShown(label) ? style.opacity : 0));
  }

  #upload(points: Points): void {
    const packed = new ArrayBuffer(points.count * 12); // x, y as float32; the label in a byte
    const places = new Float32Array(packed);
    const labels = new Uint8Array(packed);
    for (let i = 0; i < points.count; i++) {
      places[3 * i] = points.xy[2 * i] as number;
      places[3 * i + 1] = points.xy[2 * i + 1] as number;
      labels[12 * i + 8] = points.labels[i] as number;
    }
    const gl = this.#gl as WebGL2RenderingContext;
    gl.bufferData(gl.ARRAY_BUFFER, packed, gl.STATIC_DRAW);
    this.#uploaded = true;
  }
}

/** (MAX_CLASSES · 4,): each class's colour, as much as its opacity lets through, and the opacity. */
function premultiplied(rgb: Float32Array, opacity: (label: number) => number): Float32Array {
  const colours = new Float32Array(MAX_CLASSES * 4);
  for (let label = 0; label < MAX_CLASSES; label++) {
    const alpha = opacity(label);
    for (let i = 0; i < 3; i++) colours[4 * label + i] = (rgb[3 * label + i] as number) * alpha;
    colours[4 * label + 3] = alpha;
  }
  return colours;
}
