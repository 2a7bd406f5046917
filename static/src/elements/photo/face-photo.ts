// <face-photo>: a picture of the reader's own, cropped to the square that a model of faces sees.
//
// Attributes
//   size      the side of the square in pixels that the model sees (64)
//   state     loading while a file is opened; after an error the reader can choose another
// Properties
//   pixels    the square as the model sees it, Float32Array size·size·3 in 0…1, or null (read only)
// Methods
//   open(file)  opens a picture's file, as the reader's choice does
//   clear()     takes the picture away; lets go of the camera
// Events
//   photo-change  {pixels, final}: the square is another one; `final` once the reader has let go of
//                 it. pixels is null where the picture was taken away
//
// A picture comes from a file that is chosen, dropped here or pasted anywhere on the page while this
// element is seen, or from the camera, which is on from its button until the frame is taken. Nothing
// of it leaves the browser. Keys on the crop: arrows move (Shift: five times as far), + − zoom, 0 back.
import { html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { type Crop, firstCrop, fromRgba, zoomOf, zoomTo } from "../../core/image/crop";
import { CropGestures, type CropTarget } from "./crop-gestures";
import { photoStyles } from "./face-photo-styles";
import "../image-view";
import { AtlasElement } from "../atlas-element";
import type { ImageView } from "../image-view";
import { base, buttons } from "../shared-styles";
import { closeCamera, openCamera, openPhoto, shrink } from "./open-photo";

@customElement("face-photo")
export class FacePhoto extends AtlasElement implements CropTarget {
  static override styles = [base, buttons, photoStyles];

  override label = "Your photo";
  @property({ type: Number }) size = 64;

  @state() private note = "";
  @state() private stream: MediaStream | null = null;
  @state() private isOver = false;
  @state() private zoom = 0;
  @query("canvas") private readonly canvas!: HTMLCanvasElement;
  @query("image-view") private readonly preview!: ImageView;
  @query("video") private readonly video!: HTMLVideoElement;
  @query("input[type=file]") private readonly input!: HTMLInputElement;

  #picture: ImageBitmap | null = null;
  #crop: Crop = { x: 0, y: 0, side: 1 };
  #pixels: Float32Array | null = null;
  /** Counts what was asked for: an older file must not replace a newer one. */
  #asked = 0;
  readonly #gestures = new CropGestures(this);
  readonly #resizes = new ResizeObserver(() => this.#paint());

  get pixels(): Float32Array | null {
    return this.#pixels;
  }

  get picture(): ImageBitmap | null {
    return this.#picture;
  }

  get crop(): Crop {
    return this.#crop;
  }

  setCrop(crop: Crop, final: boolean): void {
    if (this.#picture === null) return;
    this.#crop = crop;
    this.zoom = zoomOf(crop, this.#picture);
    this.#pixels = fromRgba(shrink(this.#picture, crop, this.size));
    this.#paint();
    this.#tell(final);
  }

  async open(file: Blob): Promise<void> {
    const asked = this.#begin();
    try {
      const { bitmap, note } = await openPhoto(file);
      if (asked !== this.#asked) bitmap.close();
      else await this.#take(bitmap, note);
    } catch (error) {
      this.#fail(asked, error);
    }
  }

  clear(): void {
    this.#begin();
    this.state = "empty";
    this.#tell(true);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("paste", this.#paste);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("paste", this.#paste);
    this.#resizes.disconnect();
    this.#stopCamera();
  }

  /** Releases the present picture and the camera. */
  #begin(): number {
    this.#stopCamera();
    this.#picture?.close();
    this.#picture = null;
    this.#pixels = null;
    this.note = "";
    this.message = "";
    this.state = "loading";
    return ++this.#asked;
  }

  async #take(bitmap: ImageBitmap, note: string): Promise<void> {
    this.#picture = bitmap;
    this.note = note;
    this.state = "ready";
    await this.updateComplete; // the canvas is there from now on
    if (this.#picture !== bitmap) return;
    this.#resizes.disconnect();
    this.#resizes.observe(this.canvas);
    this.setCrop(firstCrop(bitmap), true);
  }

  #fail(asked: number, error: unknown): void {
    if (asked !== this.#asked) return;
    this.message = error instanceof Error ? error.message : "This picture cannot be opened.";
    this.state = "error";
  }

  #tell(final: boolean): void {
    this.emit("photo-change", { pixels: this.#pixels, final });
  }

  #paint(): void {
    const side = Math.round((this.canvas?.getBoundingClientRect().width ?? 0) * devicePixelRatio);
    const context = this.canvas?.getContext("2d");
    if (this.#picture === null || side === 0 || !context) return;
    this.canvas.width = side;
    this.canvas.height = side;
    const { x, y, side: from } = this.#crop;
    context.fillStyle = "#fff";
    context.fillRect(0, 0, side, side);
    context.imageSmoothingQuality = "high";
    context.drawImage(this.#picture, x, y, from, from, 0, 0, side, side);
    this.preview.pixels = this.#pixels;
  }

  // ——— sources of pictures ———

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
    this.isOver = false;
    this.#first(event.dataTransfer?.files);
  };

  readonly #dragOver = (event: DragEvent): void => {
    event.preventDefault();
    this.isOver = true;
  };

  async #startCamera(): Promise<void> {
    const asked = this.#begin();
    try {
      const stream = await openCamera();
      if (asked !== this.#asked) {
        closeCamera(stream);
        return;
      }
      this.stream = stream;
      await this.updateComplete;
      this.video.srcObject = stream;
      await this.video.play();
    } catch (error) {
      this.#stopCamera();
      this.#fail(asked, error);
    }
  }

  async #takeFrame(): Promise<void> {
    const { stream } = this;
    if (stream === null || this.video.videoWidth === 0) return;
    const frame = await createImageBitmap(this.video);
    if (this.stream !== stream) {
      frame.close();
      return;
    }
    this.#stopCamera();
    await this.#take(frame, "");
  }

  #stopCamera(): void {
    closeCamera(this.stream);
    this.stream = null;
  }

  // ——— rendering ———

  protected override render() {
    return html`<div
      class=${this.isOver ? "box over" : "box"}
      role="group"
      aria-label=${this.label}
      @dragover=${this.#dragOver}
      @dragleave=${() => {
        this.isOver = false;
      }}
      @drop=${this.#drop}
    >
      ${this.stream === null && this.state === "ready" ? this.#cropper() : nothing}
      ${this.stream === null ? nothing : html`<video muted playsinline aria-label="What the camera sees"></video>`}
      <div class="ask">
        ${this.stream === null ? html`<p>${this.#words()}</p>` : nothing}
        <div class="tools">${this.stream === null ? this.#sources() : this.#shutter()}</div>
        <p class="note" role="status">${this.state === "error" ? this.message : this.note}</p>
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
    if (this.state === "ready") return "Move and zoom it until the face fills the square.";
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

  #cropper() {
    const { down, move, up, wheel, key } = this.#gestures;
    return html`<div class="crop">
        <canvas
          tabindex="0"
          role="img"
          aria-label="The crop of your picture. Arrow keys move it, plus and minus zoom, 0 goes back."
          @pointerdown=${down}
          @pointermove=${move}
          @pointerup=${up}
          @pointercancel=${up}
          @wheel=${wheel}
          @keydown=${key}
        ></canvas>
        <label>
          Zoom
          <input
            type="range"
            min="0"
            max="1"
            step="0.01"
            .value=${String(this.zoom)}
            @input=${(event: Event) => {
              const zoom = Number((event.target as HTMLInputElement).value);
              if (this.#picture) this.setCrop(zoomTo(this.#crop, zoom, this.#picture), true);
            }}
          />
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

declare global {
  interface HTMLElementEventMap {
    "photo-change": CustomEvent<{ pixels: Float32Array | null; final: boolean }>;
  }
}
