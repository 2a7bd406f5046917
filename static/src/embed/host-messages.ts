// What an embedded figure and the page around its frame say to each other, by postMessage.
//
// To the page:   latent-atlas:ready {figure, model, latentSize, z}, latent-atlas:z {z},
//                latent-atlas:selection {rows}, latent-atlas:error {message}
// To the figure: latent-atlas:z {z}, latent-atlas:selection {rows}, latent-atlas:ready, which asks
//                for that message again
// Only the window that frames the figure is heard. What it is told is no secret: it chose the model.

/** What a page can do with a figure. */
export interface Embedded {
  readonly model: { readonly id: string; readonly latent_size: number };
  readonly z: readonly number[];
  moveTo(z: readonly number[]): void;
  /** Absent where the figure has no map. */
  select?(rows: readonly number[]): void;
}

const PREFIX = "latent-atlas:";

/** Tells the page around the frame; nobody where there is none. */
export function tellHost(type: string, content: object): void {
  if (parent !== window) parent.postMessage({ type: PREFIX + type, ...content }, "*");
}

/** Says that the figure is there, and does what the page asks for from then on. */
export function obeyHost(figure: string, embedded: Embedded): void {
  const ready = (): void => {
    const { model, z } = embedded;
    tellHost("ready", { figure, model: model.id, latentSize: model.latent_size, z: [...z] });
  };
  addEventListener("message", ({ source, data }: MessageEvent<Record<string, unknown> | null>) => {
    if (source !== parent || parent === window || typeof data !== "object") return;
    const { model } = embedded;
    if (data?.type === `${PREFIX}ready`) ready();
    else if (data?.type === `${PREFIX}z`) {
      if (isNumbers(data.z) && data.z.length === model.latent_size) embedded.moveTo(data.z);
      else tellHost("error", { message: `z has to be ${model.latent_size} numbers.` });
    } else if (data?.type === `${PREFIX}selection`) {
      if (isNumbers(data.rows) && data.rows.every(isRow)) embedded.select?.(data.rows);
      else tellHost("error", { message: "rows has to be a list of row numbers." });
    }
  });
  ready();
}

const isRow = (row: number): boolean => Number.isInteger(row) && row >= 0;

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(Number.isFinite);
}
