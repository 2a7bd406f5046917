// Draws the points of a map with WebGL2: one buffer, `gl.POINTS`, eight-bit blending.
//
// `setPoints` and `update` only note what changed; one animation frame draws it. A lost context is
// rebuilt from the points, which stay in memory for that.
//
// Where a full frame is slow (a million points without a GPU) a moving view draws a part of the
// points, the first so many in the order given, and all of them as soon as it rests.

import type { Size, View } from "../../core/geometry/viewport";
import { type Points, pointStyle } from "../../core/points/points";
import type { Palette } from "./map-palette";

/** Texels in a row of the texture that holds the classes' colours. */
const ROW = 256;
/** The colour of points whose label is no class of the map. */
const NO_CLASS = 0.5;

/** Everything a frame depends on, besides the points. Plain data: it crosses to the worker. */
export interface PointsFrame extends Palette {
  readonly view: View;
  /** Magnification over the home view. */
  readonly zoom: number;
  readonly size: Size;
  /** Device pixels in a CSS pixel. */
  readonly pixelRatio: number;
  /** Classes shown in colour; null: every one. */
  readonly shown: readonly number[] | null;
}

/**
 * drawn: a whole frame was handed over; lost: the context is gone, and if it returns, drawn follows;
 * failed: this canvas cannot be drawn on.
 */
export type PointsEvent = "drawn" | "lost" | "failed";

/** What comes through the port of a canvas: new points, a new frame, or null at its end. */
export type ToRenderer = { readonly points: Points } | { readonly frame: PointsFrame } | null;

/** A canvas, and the port for all that concerns it. */
export interface Served {
  readonly canvas: HTMLCanvasElement | OffscreenCanvas;
  readonly port: MessagePort;
}

/** Draws what comes through the port, and sends events back. */
export function serve({ canvas, port }: Served): void {
  const renderer = new PointsRenderer(canvas, (event) => port.postMessage(event));
  port.onmessage = ({ data: message }: MessageEvent<ToRenderer>) => {
    if (message === null) {
      renderer.destroy();
      port.close();
    } else if ("points" in message) renderer.setPoints(message.points);
    else renderer.update(message.frame);
  };
}

const VERTEX = `#version 300 es
uniform vec2 u_centre;
uniform vec2 u_scale;
uniform float u_diameter;
uniform highp sampler2D u_colours;
uniform uint u_classes;
layout(location = 0) in vec2 a_position;
layout(location = 1) in uint a_label;
flat out vec4 v_colour;
void main() {
  uint label = min(a_label, u_classes);
  v_colour = texelFetch(u_colours, ivec2(label % ${ROW}u, label / ${ROW}u), 0);
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

const UNIFORMS = ["centre", "scale", "diameter", "classes"] as const;
type Uniforms = Readonly<Record<(typeof UNIFORMS)[number], WebGLUniformLocation | null>>;

export class PointsRenderer {
  readonly #canvas: HTMLCanvasElement | OffscreenCanvas;
  readonly #tell: (event: PointsEvent) => void;
  readonly #gl: WebGL2RenderingContext | null;
  /** Null while there is no context, or no program in it. */
  #uniforms: Uniforms | null = null;
  /** Of places and of labels. */
  #buffers: [WebGLBuffer | null, WebGLBuffer | null] = [null, null];
  #points: Points | null = null;
  #frame: PointsFrame | null = null;
  #request = 0;
  #restTimer: ReturnType<typeof setTimeout> | undefined;
  #uploaded = false;
  /** When the frame arrived that is drawn last, and whether that drawing was whole. */
  #changedAt = 0;
  #whole = false;
  /** Milliseconds that recent whole frames took; the least of them is the least disturbed. */
  #costs: number[] = [];
  #wholeDrawnAt: number | null = null;

  constructor(canvas: HTMLCanvasElement | OffscreenCanvas, tell: (event: PointsEvent) => void) {
    this.#canvas = canvas;
    this.#tell = tell;
    // No antialiasing, depth or stencil: the discs smooth their own edges, and memory is a phone's.
    this.#gl = canvas.getContext("webgl2", {
      antialias: false,
      depth: false,
      stencil: false,
    }) as WebGL2RenderingContext | null;
    if (this.#gl === null) {
      tell("failed");
      return;
    }
    canvas.addEventListener("webglcontextlost", (event) => {
      event.preventDefault(); // otherwise it is never restored
      this.#uniforms = null;
      this.#wholeDrawnAt = null;
      tell("lost");
    });
    canvas.addEventListener("webglcontextrestored", () => this.#build());
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
    cancelAnimationFrame(this.#request);
    this.#request = -1; // no more
    clearTimeout(this.#restTimer);
    // Contexts are few (16 in a page): give this one back now, not when memory is collected.
    this.#gl?.getExtension("WEBGL_lose_context")?.loseContext();
    this.#uniforms = null;
  }

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
      this.#tell("failed");
      return;
    }
    gl.useProgram(program);
    this.#buffers = [gl.createBuffer(), gl.createBuffer()];
    gl.enableVertexAttribArray(0);
    gl.enableVertexAttribArray(1);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.clearColor(0, 0, 0, 0);
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) {
      gl.texParameteri(gl.TEXTURE_2D, filter, gl.NEAREST);
    }
    this.#uniforms = Object.fromEntries(
      UNIFORMS.map((name) => [name, gl.getUniformLocation(program, `u_${name}`)]),
    ) as Uniforms;
    this.#startAnew();
  }

  #startAnew(): void {
    this.#uploaded = false;
    this.#whole = false;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#request === 0) this.#request = requestAnimationFrame(this.#tick);
  }

  readonly #tick = (): void => {
    this.#request = 0;
    const now = performance.now();
    if (this.#wholeDrawnAt !== null) {
      // The frame after a whole one comes when that one is through.
      this.#costs = [...this.#costs.slice(-2), now - this.#wholeDrawnAt];
      this.#wholeDrawnAt = null;
      this.#tell("drawn");
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
    const width = Math.round(size.width * pixelRatio);
    const height = Math.round(size.height * pixelRatio);
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      this.#canvas.width = width;
      this.#canvas.height = height;
    }
    if (!this.#uploaded) this.#upload(gl, points);
    gl.viewport(0, 0, width, height);
    gl.clear(gl.COLOR_BUFFER_BIT);

    const shorter = Math.min(width, height);
    const style = pointStyle(count, size.width * size.height, frame.zoom);
    const scale = (2 * shorter) / view.scale;
    gl.uniform2f(uniforms.centre, ...view.centre);
    gl.uniform2f(uniforms.scale, scale / width, scale / height);
    gl.uniform1f(uniforms.diameter, style.diameter * pixelRatio);
    const classes = frame.classes.length / 3;
    gl.uniform1ui(uniforms.classes, classes);
    const shown = frame.shown && new Set(frame.shown);
    const isShown = (label: number): boolean => shown?.has(label) ?? true;
    const rows = Math.ceil((classes + 1) / ROW);
    // (rows · ROW · 4,): each class's colour, as much as its opacity lets through, and the opacity.
    const colours = new Float32Array(rows * ROW * 4);
    const pass = (rgb: (at: number) => number, opacity: (label: number) => number): void => {
      for (let i = 0; i < 4 * (classes + 1); i++) {
        const [label, part] = [i >> 2, i % 4];
        colours[i] = opacity(label) * (part === 3 ? 1 : rgb(3 * label + part));
      }
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA32F, ROW, rows, 0, gl.RGBA, gl.FLOAT, colours);
      gl.drawArrays(gl.POINTS, 0, count);
    };
    if (frame.shown !== null) {
      // Dimmed classes first, so that none of them covers a shown one.
      const opacity = DIMMED_OPACITY * style.opacity;
      pass(
        (at) => frame.dimmed[at % 3] as number,
        (label) => (isShown(label) ? 0 : opacity),
      );
    }
    pass(
      (at) => frame.classes[at] ?? NO_CLASS,
      (label) => (isShown(label) ? style.opacity : 0),
    );
  }

  #upload(gl: WebGL2RenderingContext, { xy, labels }: Points): void {
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#buffers[0]);
    gl.bufferData(gl.ARRAY_BUFFER, xy, gl.STATIC_DRAW);
    gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#buffers[1]);
    gl.bufferData(gl.ARRAY_BUFFER, labels, gl.STATIC_DRAW);
    gl.vertexAttribIPointer(1, 1, gl.UNSIGNED_SHORT, 0, 0);
    this.#uploaded = true;
  }
}
