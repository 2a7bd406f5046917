// The notebook's view of a widget (anywidget): <latent-atlas>, whose files come from the kernel.

import type { FileEntry, Manifest } from "../core/release/manifest";
import type { LatentAtlas } from "./latent-atlas";

/** What anywidget gives a view: the widget's synced traits, and a line to the kernel. */
interface WidgetModel {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  save_changes(): void;
  send(content: object): void;
  on(event: string, listener: (...values: never[]) => void): void;
  off(event: string, listener: (...values: never[]) => void): void;
}

/** Addresses of the files that have come; one that never comes is asked for anew by the next view. */
const arrived = new Map<string, string>();

/** Shows the widget in a cell; returns what to do when the view goes. */
export async function render({
  model,
  el,
}: {
  model: WidgetModel;
  el: HTMLElement;
}): Promise<() => void> {
  const atlas = new (customElements.get("latent-atlas") as typeof LatentAtlas)();
  const listeners = new Map<string, (...values: never[]) => void>();
  const listen = (event: string, listener: (...values: never[]) => void): void => {
    listeners.set(event, listener);
    model.on(event, listener);
  };
  const waiting = new Map<string, (bytes: DataView) => void>();
  listen("msg:custom", ({ file }: { file: string }, [bytes]: DataView[]) => {
    if (bytes !== undefined) waiting.get(file)?.(bytes);
  });
  const addressOf = async (file: string, type = ""): Promise<string> => {
    const known = arrived.get(file);
    if (known !== undefined) return known;
    const bytes = await new Promise<DataView>((resolve) => {
      waiting.set(file, resolve);
      model.send({ file });
    });
    const address = URL.createObjectURL(new Blob([bytes as BlobPart], { type }));
    arrived.set(file, address);
    return address;
  };

  el.append(atlas);
  const manifest = structuredClone(model.get("_manifest")) as Manifest;
  const entries: FileEntry[] = manifest.models.flatMap(({ decoder, means, statistics, picture }) =>
    [decoder, means, statistics, picture].filter((file) => file !== undefined),
  );
  await Promise.all(
    entries.map(async (entry) => {
      entry.url = await addressOf(entry.url);
    }),
  );
  atlas.runtime = await addressOf("runtime", "application/wasm");
  atlas.z = model.get("z") as number[];
  atlas.model = model.get("model") as string;
  atlas.condition = model.get("condition") as number;
  atlas.release = manifest;

  atlas.addEventListener("z-change", (event) => {
    model.set("z", (event as CustomEvent<{ z: number[] }>).detail.z);
    model.save_changes();
  });
  atlas.addEventListener("selection", (event) => {
    model.set("selection", [...(event as CustomEvent<{ rows: number[] }>).detail.rows]);
    model.save_changes();
  });
  listen("change:z", () => {
    const z = model.get("z") as number[];
    // What comes back from the kernel is what was sent: setting it again would undo a later move.
    if (String(z) !== String(atlas.z)) atlas.z = z;
  });
  listen("change:selection", () => {
    atlas.selection = model.get("selection") as number[];
  });
  listen("change:condition", () => {
    atlas.condition = model.get("condition") as number;
  });
  return () => {
    for (const [event, listener] of listeners) model.off(event, listener);
  };
}
