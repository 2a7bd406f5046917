// The training images nearest to z, where the server's machine has the dataset.

import type { PageContext } from "../../app/context";
import { latest } from "../../core/async/latest";
import { settled } from "../../core/async/settled";
import { nearestPoints } from "../../core/points/nearest";
import type { ImageView } from "../../elements/image-view";
import type { LatentMap } from "../../elements/map/latent-map";
import { required } from "../../figures/figure";

/** A pointer that has been still for so long (ms) is looking. */
const REST_MS = 150;

/** Shows the neighbours of a map's z whenever it rests, in the section's figure for them. */
export function followNeighbours(
  context: PageContext,
  section: HTMLElement,
  map: LatentMap,
): () => void {
  const figure = required<HTMLElement>(section, ".neighbours");
  const caption = required<HTMLElement>(figure, "figcaption");
  const views = Array.from(figure.querySelectorAll<ImageView>("image-view"));
  // "mnist:60000": a map of fewer points was not made of all images, and its rows are others.
  const here = (section.dataset.datasets ?? "").split(" ");

  const show = latest(
    async ({ dataset, indices }: { dataset: string; indices: number[]; names: string[] }) => {
      const url = new URL(`api/datasets/${dataset}/train?index=${indices}`, document.baseURI);
      const response = await fetch(url);
      if (!response.ok) throw new Error(response.statusText);
      return new Uint8Array(await response.arrayBuffer());
    },
    (bytes, { indices, names }) => {
      const size = bytes.length / indices.length;
      for (const [i, view] of views.entries()) {
        view.hidden = i >= indices.length;
        view.label = `Training image ${indices[i]}, ${names[i]}`;
        const own = bytes.subarray(i * size, (i + 1) * size);
        if (!view.hidden) view.pixels = Float32Array.from(own, (byte) => byte / 255);
      }
      caption.textContent = `Nearest training images: ${names.join(", ")}`;
      figure.hidden = false;
    },
    // They are an extra: without them the page is whole.
    () => {
      figure.hidden = true;
    },
  );

  return settled<void>(REST_MS, () => {
    const model = context.find(map.model);
    const { points, z } = map;
    const isHere = here.includes(`${model?.dataset}:${points?.count}`);
    if (model === null || points === null || z === null || !isHere) {
      figure.hidden = true;
      return;
    }
    const indices = nearestPoints(points, z, views.length);
    const names = indices.map((i) => model.class_names[points.labels[i] as number] ?? "");
    show({ dataset: model.dataset, indices, names });
  });
}
