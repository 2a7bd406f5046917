// <face-photo>: a picture of the reader's own, cropped to the square that a model of faces sees.
//
// Attributes
//   subject   what the square is to be filled with ("the face")
//   size      the side of the square in pixels that the model sees (64)
//   state     loading while a file is opened; after an error the reader can choose another
// Event       photo-change {pixels, final}: the square is another one; `final` once the reader has
//             let go of it. pixels is null where the picture was taken away
//
// A picture comes from a file that is chosen, dropped here or pasted anywhere on the page while this
// element is seen, or from the camera, which is on from its button until the frame is taken. Nothing
// of it leaves the browser. Keys on the crop: arrows move (Shift: five times as far), + − zoom, 0 back.
import { css, html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { ref } from "lit/directives/ref.js";
import { type Crop, firstCrop, fromRgba, zoomOf, zoomTo } from "../../core/image/crop";
import { CropGestures } from "./crop-gestures";
import "../image-view";
import { AtlasElement } from "../atlas-element";
import type { ImageView } from "../image-view";
import { base, buttons, pictures } from "../shared-styles";
import { followRails, rails } from "../sliders/rails";
import { closeCamera, openCamera, openPhoto, shrink } from "./open-photo";

/** Pixels along each side of the crop's canvas. */
const SHARP = 512;

@customElement("face-photo")
export class FacePhoto extends AtlasElement {
  static override styles = [
    base,
    buttons,
    pictures,
    rails,
    css`
    .box {
      display: flex;
      flex-wrap: wrap;
      gap: 1rem;
      align-items: start;
      min-height: 6rem;
      padding: 1rem;
      border: 1px dashed var(--line, #ccc);
      border-radius: var(--radius, 4px);
      background: var(--surface, #fff);
    }
    .crop,
    video {
      flex: none;
      width: min(100%, 16rem);
    }
    canvas,
    video {
      aspect-ratio: 1;
      background: #000;
      object-fit: cover;
    }
    canvas {
      cursor: grab;
      image-rendering: auto;
      touch-action: none;
    }
    label {
      display: flex;
      gap: 0.6rem;
      align-items: center;
      min-height: 2.25rem;
    }
    .rail {
      flex: 1;
      min-width: 0;
    }
    input[type="range"] {
      height: 1.75rem;
    }
    figure {
      flex: none;
      width: 8rem;
    }
    figcaption {
      margin-top: 0.4rem;
      font-size: 0.8125rem;
      line-height: 1.4;
    }
    .ask {
      flex: 1 1 11rem;
      display: grid;
    }
    .note {
      min-height: 1.5em;
    }
  `,
  ];

  override label = "Your photo";
  @property({ type: Number }) size = 64;
  @property() subject = "the face";

  @state() crop: Crop = { x: 0, y: 0, side: 1 };
  @state() private note = "";
  @state() private stream: MediaStream | null = null;
  @query("canvas") private readonly canvas!: HTMLCanvasElement;
  @query("image-view") private readonly preview!: ImageView;
  @query("video") private readonly video!: HTMLVideoElement;
  @query("input[type=file]") private readonly input!: HTMLInputElement;

  picture: ImageBitmap | null = null;
  /** The square as the model sees it, size·size·3 in 0…1. */
  pixels: Float32Array | null = null;
  /** Counts what was asked for: an older file must not replace a newer one. */
  #asked = 0;
  readonly #gestures = new CropGestures(this);
  readonly #followRails = followRails();

  setCrop(crop: Crop, final: boolean): void {
    if (this.picture === null) return;
    this.crop = crop;
    this.pixels = fromRgba(shrink(this.picture, crop, this.size));
    const context = this.canvas.getContext("2d") as CanvasRenderingContext2D;
    context.fillStyle = "#fff";
    context.fillRect(0, 0, SHARP, SHARP);
    context.imageSmoothingQuality = "high";
    context.drawImage(this.picture, crop.x, crop.y, crop.side, crop.side, 0, 0, SHARP, SHARP);
    this.preview.pixels = this.pixels;
    this.#tell(final);
  }

  async open(file: Blob): Promise<void> {
    await this.#ask(
      () => openPhoto(file),
      ({ bitmap, note }) => this.#take(bitmap, note),
    );
  }

  /** Takes the picture away; lets go of the camera. */
  clear(): void {
    this.#begin();
    this.state = "empty";
    this.#tell(true);
  }

  protected override updated(): void {
    this.#followRails(this.renderRoot);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("paste", this.#paste);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("paste", this.#paste);
    this.#stopCamera();
  }

  /** Releases the present picture and the camera. */
  #begin(): number {
    this.#stopCamera();
    this.picture?.close();
    this.picture = null;
    this.pixels = null;
    this.note = "";
    this.state = "loading";
    return ++this.#asked;
  }

  /** Takes what comes unless something else was asked for meanwhile; `drop` it is called with then. */
  async #ask<Got>(
    get: () => Promise<Got>,
    take: (got: Got) => Promise<void>,
    drop?: (got: Got) => void,
  ): Promise<void> {
    const asked = this.#begin();
    try {
      const got = await get();
      if (asked === this.#asked) await take(got);
      else drop?.(got);
    } catch (error) {
      if (asked !== this.#asked) return;
      this.#stopCamera();
      this.note = error instanceof Error ? error.message : "This picture cannot be opened.";
      this.state = "error";
    }
  }

  async #take(bitmap: ImageBitmap, note: string): Promise<void> {
    this.picture = bitmap;
    this.note = note;
    this.state = "ready";
    await this.updateComplete; // the canvas is there from now on
    if (this.picture === bitmap) this.setCrop(firstCrop(bitmap), true);
  }

  #tell(final: boolean): void {
    this.emit("photo-change", { pixels: this.pixels, final });
  }

  #first(files: FileList | null | undefined): void {
    const file = files?.[0];
    if (file !== undefined) void this.open(file);
  }

  readonly #paste = (event: ClipboardEvent): void => {
    const files = event.clipboardData?.files;
    if (!files?.length || !this.checkVisibility()) return;
    event.preventDefault();
    this.#first(files);
  };

  readonly #drop = (event: DragEvent): void => {
    event.preventDefault();
    this.#first(event.dataTransfer?.files);
  };

  #startCamera(): Promise<void> {
    const show = async (stream: MediaStream): Promise<void> => {
      this.stream = stream;
      await this.updateComplete;
      this.video.srcObject = stream;
      await this.video.play();
    };
    return this.#ask(openCamera, show, closeCamera);
  }

  async #takeFrame(): Promise<void> {
    const { stream } = this;
    if (stream === null || this.video.videoWidth === 0) return;
    const frame = await createImageBitmap(this.video);
    if (this.stream !== stream) return;
    this.#stopCamera();
    await this.#take(frame, "");
  }

  #stopCamera(): void {
    closeCamera(this.stream);
    this.stream = null;
  }

  protected override render() {
    return html`<div
      class="box"
      role="group"
      aria-label=${this.label}
      @dragover=${(event: DragEvent) => event.preventDefault()}
      @drop=${this.#drop}
    >
      ${this.picture !== null ? this.#cropper(this.picture) : nothing}
      ${this.stream === null ? nothing : html`<video muted playsinline aria-label="What the camera sees"></video>`}
      <div class="ask">
        ${this.stream === null ? html`<p>${this.#words()}</p>` : nothing}
        <div class="tools">${this.stream === null ? this.#sources() : this.#shutter()}</div>
        <p class=${this.state === "error" ? "note" : "note muted"} role="status">${this.note}</p>
      </div>
      <input
        type="file"
        accept="image/*"
        hidden
        @change=${() => {
          this.#first(this.input.files);
          this.input.value = ""; // the same file may be chosen again
        }}
      />
    </div>`;
  }

  #words(): string {
    if (this.state === "loading") return "Opening …";
    if (this.state === "ready") return `Move and zoom it until ${this.subject} fills the square.`;
    return "Drop a picture here, paste one, or";
  }

  #sources() {
    return html`<button type="button" class="file" @click=${() => this.input.click()}>
        Choose a file
      </button>
      <button type="button" class="camera" @click=${() => void this.#startCamera()}>
        Use the camera
      </button>
      ${
        this.state === "ready"
          ? html`<button type="button" class="clear" @click=${() => this.clear()}>Remove</button>`
          : nothing
      }`;
  }

  #shutter() {
    return html`<button type="button" class="shutter" @click=${() => void this.#takeFrame()}>
        Take the picture
      </button>
      <button type="button" class="cancel" @click=${() => this.clear()}>Cancel</button>`;
  }

  #cropper(picture: ImageBitmap) {
    const { watch, wheel, key } = this.#gestures;
    return html`<div class="crop">
        <canvas
          width=${SHARP}
          height=${SHARP}
          tabindex="0"
          role="img"
          aria-label="The crop of your picture. Arrow keys move it, plus and minus zoom, 0 goes back."
          ${ref(watch)}
          @wheel=${wheel}
          @keydown=${key}
        ></canvas>
        <label class="muted">
          Zoom
          <span class="rail"><input
            type="range"
            min="0"
            max="1"
            step="0.01"
            .value=${String(zoomOf(this.crop, picture))}
            @input=${(event: Event) => {
              const zoom = Number((event.target as HTMLInputElement).value);
              this.setCrop(zoomTo(this.crop, zoom, picture), true);
            }}
          /></span>
        </label>
      </div>
      <figure>
        <image-view
          name="face-photo-input"
          label="What the encoder sees of your picture"
          width=${this.size}
          height=${this.size}
          channels="3"
        ></image-view>
        <figcaption>what the encoder sees, ${this.size} × ${this.size}</figcaption>
      </figure>`;
  }
}
