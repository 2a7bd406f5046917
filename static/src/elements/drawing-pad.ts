// <drawing-pad>: a pen surface, a view of a drawing that other pads and the page may share.
//
// Attributes
//   label    its name for assistive technology
//   state    empty | loading | ready | error (reflected): "empty" until something is drawn
// Properties
//   drawing  the Drawing that it shows and changes; its own unless it is given one
//   strokes  the drawing's strokes (see core/image/strokes); settable
//   pixels   the normalised 28×28 of it, Float32Array of 784 values in 0…1 (read only)
// Methods
//   clear(), undo()
// Events
//   drawing-change  detail { pixels, strokes, final }: after every change of the drawing, made here
//                   or elsewhere; `final` is false while the pen is down

import { css, html, LitElement } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { Drawing, type DrawingChange } from "../core/image/drawing";
import { type PenPoint, penPoint, type Stroke } from "../core/image/strokes";
import type { ElementState } from "./atlas-element";
import { connectWhenNear } from "./connect-when-near";

/** Width of the pen on the pad, as a share of its side. */
const PEN = 0.06;

@customElement("drawing-pad")
export class DrawingPad extends LitElement {
  static override styles = css`
    :host {
      display: block;
    }
    .surface {
      position: relative;
      aspect-ratio: 1;
      border-radius: var(--radius, 4px);
      background: #000;
      overflow: hidden;
    }
    canvas {
      position: absolute;
      inset: 0;
      width: 100%;
      height: 100%;
      cursor: crosshair;
      touch-action: none;
    }
    canvas:focus-visible {
      outline: 2px solid var(--accent, #06c);
      outline-offset: -4px;
    }
    .hint {
      position: absolute;
      inset: 0;
      display: grid;
      place-items: center;
      margin: 0;
      color: #9a9a9a;
      font: 0.9375rem/1.4 var(--font, sans-serif);
      text-align: center;
      pointer-events: none;
    }
    .tools {
      display: flex;
      gap: 0.5rem;
      margin-top: 0.5rem;
    }
    button {
      flex: 1;
      min-height: 2.5rem;
      padding: 0.35rem 0.9rem;
      border: 1px solid var(--line, #ccc);
      border-radius: var(--radius, 4px);
      background: var(--surface, #fff);
      color: var(--text, #111);
      font: 500 0.875rem var(--font, sans-serif);
      cursor: pointer;
    }
    button:disabled {
      color: var(--muted, #777);
      cursor: default;
      opacity: 0.6;
    }
    button:focus-visible {
      outline: 2px solid var(--accent, #06c);
      outline-offset: 2px;
    }
    @media (forced-colors: active) {
      .surface {
        outline: 1px solid CanvasText;
      }
    }
  `;

  @property() label = "Drawing pad";
  @property({ reflect: true }) state: ElementState = "empty";
  @query("canvas") private canvas!: HTMLCanvasElement;

  private shown = new Drawing();
  private leave = this.shown.subscribe((change) => this.follow(change));
  private active: { pointer: number; stroke: Stroke } | null = null;
  /** How much of the drawing is on the canvas: strokes, and points of the last of them. */
  private inked = { strokes: 0, points: 0 };
  /** The strokes on the canvas: another array where the drawing was replaced. */
  private drawn: Stroke[] | null = null;
  private readonly resizes = new ResizeObserver(() => this.redraw());

  get drawing(): Drawing {
    return this.shown;
  }

  set drawing(drawing: Drawing) {
    this.leave();
    this.shown = drawing;
    this.leave = drawing.subscribe((change) => this.follow(change));
    this.active = null;
    this.state = drawing.isEmpty ? "empty" : "ready";
    this.redraw();
  }

  get pixels(): Float32Array {
    return this.shown.pixels;
  }

  get strokes(): Stroke[] {
    return this.shown.strokes;
  }

  set strokes(strokes: Stroke[]) {
    this.active = null;
    this.shown.replace(strokes);
  }

  /** Whether the drawing is being drawn here. */
  get penIsDown(): boolean {
    return this.active !== null;
  }

  clear(): void {
    this.strokes = [];
  }

  undo(): void {
    this.active = null;
    this.shown.undo();
  }

  override connectedCallback(): void {
    connectWhenNear(this, () => super.connectedCallback());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resizes.disconnect();
  }

  protected override firstUpdated(): void {
    this.resizes.observe(this.canvas);
  }

  protected override updated(): void {
    if (this.isConnected) this.resizes.observe(this.canvas);
  }

  private readonly down = (event: PointerEvent): void => {
    if (this.active !== null || event.button > 0) return;
    event.preventDefault();
    // Keys act on the drawing from now on, but a ring is for those who came by keyboard.
    this.canvas.focus({ preventScroll: true, focusVisible: false } as FocusOptions);
    this.canvas.setPointerCapture(event.pointerId);
    const stroke = this.shown.begin(this.pointOf(event));
    this.active = { pointer: event.pointerId, stroke };
  };

  private readonly move = (event: PointerEvent): void => {
    if (this.active?.pointer !== event.pointerId) return;
    event.preventDefault();
    // Between two frames a pen reports many positions; the event itself is only the last.
    const all = event.getCoalescedEvents?.() ?? [];
    const points = (all.length > 0 ? all : [event]).map((part) => this.pointOf(part));
    this.shown.extend(this.active.stroke, points);
  };

  private readonly up = (event: PointerEvent): void => {
    if (this.active?.pointer !== event.pointerId) return;
    this.active = null;
    this.shown.end();
  };

  private readonly key = (event: KeyboardEvent): void => {
    const undo =
      event.key === "Backspace" || (event.key === "z" && (event.ctrlKey || event.metaKey));
    if (!undo && event.key !== "Delete") return;
    event.preventDefault();
    if (undo) this.undo();
    else this.clear();
  };

  private pointOf(event: PointerEvent): PenPoint {
    const box = this.canvas.getBoundingClientRect();
    // A mouse reports 0.5 while pressed, as the standard asks of devices that feel no pressure.
    const pressure = event.pointerType === "pen" && event.pressure > 0 ? event.pressure : 0.5;
    return penPoint(
      (event.clientX - box.left) / box.width,
      (event.clientY - box.top) / box.height,
      pressure,
    );
  }

  private follow(change: DrawingChange): void {
    this.state = this.shown.isEmpty ? "empty" : "ready";
    if (this.active && !change.strokes.includes(this.active.stroke)) this.active = null;
    if (change.strokes === this.drawn) this.inkFurther();
    else this.redraw();
    this.dispatchEvent(
      new CustomEvent("drawing-change", { detail: change, bubbles: true, composed: true }),
    );
  }

  private redraw(): void {
    if (!this.hasUpdated) return;
    const size = Math.max(1, Math.round(this.canvas.clientWidth * devicePixelRatio));
    this.canvas.width = size;
    this.canvas.height = size;
    this.inked = { strokes: 0, points: 0 };
    this.drawn = this.shown.strokes;
    this.inkFurther();
  }

  /** Draws what has been drawn since. */
  private inkFurther(): void {
    if (!this.hasUpdated) return;
    const { strokes } = this.shown;
    for (let i = Math.max(0, this.inked.strokes - 1); i < strokes.length; i++) {
      const first = i === this.inked.strokes - 1 ? Math.max(0, this.inked.points - 1) : 0;
      this.ink(strokes[i] as Stroke, first);
    }
    this.inked = { strokes: strokes.length, points: strokes.at(-1)?.length ?? 0 };
  }

  /** Draws a stroke's lines from point `first` on. */
  private ink(stroke: Stroke, first: number): void {
    const context = this.canvas.getContext("2d");
    if (!context) return;
    const size = this.canvas.width;
    context.strokeStyle = "#fff";
    context.lineCap = "round";
    context.lineJoin = "round";
    for (let i = first; i < Math.max(first + 1, stroke.length - 1); i++) {
      const a = stroke[i];
      if (a === undefined) return;
      const b = stroke[i + 1] ?? a;
      context.lineWidth = PEN * size * (0.75 + 0.25 * (a.pressure + b.pressure));
      context.beginPath();
      context.moveTo(a.x * size, a.y * size);
      context.lineTo(b.x * size, b.y * size);
      context.stroke();
    }
  }

  protected override render() {
    return html`
      <div class="surface">
        <canvas
          tabindex="0"
          role="img"
          aria-label=${`${this.label}. Backspace undoes a stroke, Delete clears.`}
          @pointerdown=${this.down}
          @pointermove=${this.move}
          @pointerup=${this.up}
          @pointercancel=${this.up}
          @keydown=${this.key}
        ></canvas>
        ${this.state === "empty" ? html`<p class="hint">Draw a digit here</p>` : null}
      </div>
      <div class="tools">
        <button type="button" ?disabled=${this.state === "empty"} @click=${() => this.undo()}>Undo</button>
        <button type="button" ?disabled=${this.state === "empty"} @click=${() => this.clear()}>Clear</button>
      </div>
    `;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "drawing-pad": DrawingPad;
  }
  interface HTMLElementEventMap {
    "drawing-change": CustomEvent<DrawingChange>;
  }
}
