// <drawing-pad>: a pen surface, a view of a drawing that other pads and the page may share.
//
// Its state is "empty" until something is drawn.
// Attributes
//   hint     what the empty pad says
// Properties
//   drawing  the Drawing that it shows and changes; its own unless it is given one
//   strokes  the drawing's strokes (see core/image/strokes); settable
//   pixels   the normalised 28×28 of it, Float32Array of 784 values in 0…1 (read only)
// Methods
//   clear(), undo()
// Events
//   drawing-change  detail { pixels, strokes, final }: after every change made here; `final` is false
//                   while the pen is down
// A second finger draws nothing; see ./pointers.

import { css, html } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { ref } from "lit/directives/ref.js";
import { Drawing, type DrawingChange } from "../core/image/drawing";
import { type PenPoint, partsOnPad, penPoint, type Stroke } from "../core/image/strokes";
import { AtlasElement } from "./atlas-element";
import { connectWhenNear } from "./connect-when-near";
import { isBrowsersKey } from "./keys";
import { type Gesture, Pointers, placeOn } from "./pointers";
import { base, buttons, pictures } from "./shared-styles";

/** Width of the pen on the pad, as a share of its side. */
const PEN = 0.06;

@customElement("drawing-pad")
export class DrawingPad extends AtlasElement {
  static override styles = [
    base,
    buttons,
    pictures,
    css`
    .surface {
      position: relative;
    }
    canvas {
      aspect-ratio: 1;
      background: #000;
      cursor: crosshair;
      touch-action: none;
    }
    canvas:focus-visible {
      outline-offset: -4px;
    }
    .hint {
      background: none;
      color: #9a9a9a;
      font-size: 0.9375rem;
      pointer-events: none;
    }
    .tools {
      margin-top: 0.5rem;
    }
    button {
      flex: 1;
      min-height: max(2.5rem, var(--target, 0px));
    }
  `,
  ];

  override label = "Drawing pad";
  @property() hint = "Draw a digit here";
  @query("canvas") private readonly canvas!: HTMLCanvasElement;

  #drawing = new Drawing();
  #leave = this.#drawing.subscribe((change) => this.#follow(change));
  /** The stroke that is being drawn here. */
  #active: Stroke | null = null;
  readonly #pointers = new Pointers({ press: (_at, event) => this.#press(event) });
  /** Whether a change is made here, not on another pad. */
  #isOwn = false;
  /** The strokes on the canvas: another array where the drawing was replaced. */
  #drawn: Stroke[] | null = null;
  /** How many points of the last stroke are on the canvas. */
  #inked = 0;
  readonly #resizes = new ResizeObserver(() => this.#redraw());

  get drawing(): Drawing {
    return this.#drawing;
  }

  set drawing(drawing: Drawing) {
    this.#leave();
    this.#drawing = drawing;
    this.#leave = drawing.subscribe((change) => this.#follow(change));
    this.#drop();
    this.takeData(drawing.strokes.length > 0);
    this.#redraw();
  }

  get pixels(): Float32Array {
    return this.#drawing.pixels;
  }

  get strokes(): Stroke[] {
    return this.#drawing.strokes;
  }

  set strokes(strokes: Stroke[]) {
    this.#change(() => this.#drawing.replace(strokes));
  }

  /** Whether the drawing is being drawn here. */
  get penIsDown(): boolean {
    return this.#active !== null;
  }

  clear(): void {
    this.strokes = [];
  }

  undo(): void {
    this.#change(() => this.#drawing.undo());
  }

  override connectedCallback(): void {
    connectWhenNear(this, () => {
      super.connectedCallback();
      this.drawing = this.#drawing; // followed again
      this.#resizes.observe(this); // tells the first size, too
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#leave();
  }

  #change<Result>(make: () => Result): Result {
    this.#isOwn = true;
    const result = make();
    this.#isOwn = false;
    return result;
  }

  #press(event: PointerEvent): Gesture {
    event.preventDefault();
    // Keys act on the drawing from now on, but a ring is for those who came by keyboard.
    this.canvas.focus({ preventScroll: true, focusVisible: false } as FocusOptions);
    let last = this.#pointOf(event);
    /** Whether the stroke has come to there: outside the pad it has not. */
    let isDrawn = true;
    /** More than one where the pen has left the pad and come back. */
    const strokes: Stroke[] = [];
    const begin = (point: PenPoint): Stroke => {
      const stroke = this.#change(() => this.#drawing.begin(onGrid(point)));
      this.#active = stroke;
      strokes.push(stroke);
      return stroke;
    };
    begin(last);
    return {
      move: (_at, _step, event) => {
        // Between two frames a pen reports many positions; the event itself is only the last.
        const all = event.getCoalescedEvents?.() ?? [];
        const points = (all.length > 0 ? all : [event]).map((part) => this.#pointOf(part));
        const parts = partsOnPad([last, ...points]);
        for (const [first, ...rest] of parts) {
          if (first === undefined) continue;
          const goesOn = isDrawn && first === last;
          const stroke = goesOn ? (strokes.at(-1) as Stroke) : begin(first);
          this.#change(() => this.#drawing.extend(stroke, rest.map(onGrid)));
        }
        last = points.at(-1) ?? last;
        isDrawn = parts.at(-1)?.at(-1) === last;
      },
      end: () => {
        this.#active = null;
        this.#change(() => this.#drawing.end());
      },
      undo: () => {
        this.strokes = this.strokes.filter((other) => !strokes.includes(other));
      },
    };
  }

  /** The stroke that is being drawn is no longer in the drawing. */
  #drop(): void {
    this.#active = null;
    this.#pointers.drop();
  }

  readonly #key = (event: KeyboardEvent): void => {
    if (event.key === "Delete") this.clear();
    else if (event.key === "Backspace" || (event.key === "z" && isBrowsersKey(event))) this.undo();
    else return;
    event.preventDefault();
  };

  #pointOf(event: PointerEvent): PenPoint {
    // A mouse reports 0.5 while pressed, as the standard asks of devices that feel no pressure.
    const pressure = event.pointerType === "pen" && event.pressure > 0 ? event.pressure : 0.5;
    const [x, y] = placeOn(this.canvas, event);
    return { x, y, pressure };
  }

  #follow(change: DrawingChange): void {
    const { strokes } = change;
    this.takeData(strokes.length > 0);
    if (this.#active && !strokes.includes(this.#active)) this.#drop();
    if (strokes === this.#drawn) this.#ink(strokes.at(-1) ?? []);
    else this.#redraw();
    if (this.#isOwn) this.emit("drawing-change", change);
  }

  #redraw(): void {
    if (!this.hasUpdated) return;
    const size = Math.max(1, Math.round(this.canvas.clientWidth * devicePixelRatio));
    this.canvas.width = size; // which also empties it
    this.canvas.height = size;
    this.#drawn = this.strokes;
    for (const stroke of this.strokes) {
      this.#inked = 0;
      this.#ink(stroke);
    }
  }

  /** Draws what a stroke, the last one, has become since; a new one has a single point. */
  #ink(stroke: Stroke): void {
    const context = this.canvas.getContext("2d");
    if (!context) return;
    const size = this.canvas.width;
    context.strokeStyle = "#fff";
    context.lineCap = "round";
    context.lineJoin = "round";
    const first = stroke.length === 1 ? 0 : Math.max(0, this.#inked - 1);
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
    this.#inked = stroke.length;
  }

  protected override render() {
    const isEmpty = this.state === "empty";
    return html`
      <div class="surface">
        <canvas
          tabindex="0"
          role="img"
          aria-label=${`${this.label}. Backspace undoes a stroke, Delete clears.`}
          ${ref(this.#pointers.watch)}
          @keydown=${this.#key}
        ></canvas>
        ${isEmpty ? html`<p class="over hint">${this.hint}</p>` : null}
      </div>
      <div class="tools">
        <button type="button" ?disabled=${isEmpty} @click=${() => this.undo()}>Undo</button>
        <button type="button" ?disabled=${isEmpty} @click=${() => this.clear()}>Clear</button>
      </div>
    `;
  }
}

const onGrid = ({ x, y, pressure }: PenPoint): PenPoint => penPoint(x, y, pressure);

declare global {
  interface HTMLElementTagNameMap {
    "drawing-pad": DrawingPad;
  }
}
