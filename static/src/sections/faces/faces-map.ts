// The map of section "faces": the plane in which faces vary most, and the face at hand on it.

import type { PageContext } from "../../app/context";
import { settled } from "../../core/async/settled";
import type { Point } from "../../core/geometry/viewport";
import { moveInPlane, project } from "../../core/latent/plane";
import type { Model } from "../../core/release/manifest";
import type { ImageView } from "../../elements/image-view";
import type { LatentMap } from "../../elements/map/latent-map";
import { keepClasses } from "../../figures/class-isolation";
import {
  decoderInto,
  dressMap,
  dressView,
  fillMap,
  keepView,
  required,
} from "../../figures/figure";
import type { FaceStudio } from "./faces-studio";

const REST_MS = 60;

export function startMap(context: PageContext, figure: HTMLElement, studio: FaceStudio): void {
  const map = required<LatentMap>(figure, "latent-map");
  const view = required<ImageView>(figure, "image-view[name=faces-walked]");
  const take = required<HTMLButtonElement>(figure, "button.take");
  let dressed: Model | null = null;
  const isShown = (model: { id: string }): boolean => model.id === map.model;
  const decode = decoderInto(studio, [view], isShown);
  /** The face at hand, moved to where the map's cursor is. */
  const moved = (): number[] | null => {
    const plane = studio.faces?.plane;
    if (plane == null || map.z === null || studio.base.length === 0) return null;
    return moveInPlane(plane, studio.z(), map.z);
  };
  const show = (): void => {
    const z = moved();
    const { faces } = studio;
    if (z !== null && faces !== null && isShown(faces.model)) decode({ model: faces.model, z });
    take.disabled = z === null;
  };
  /** Puts up the model's map, and marks the face at hand on it. */
  const refresh = (): void => {
    const { faces } = studio;
    if (faces === null) return;
    if (dressed !== faces.model) {
      if (dressed !== null) context.update({ facesView: null, facesHeld: null });
      dressed = faces.model;
      dressMap(map, dressed);
      const { facesView, facesHeld } = context.state;
      map.view = facesView;
      map.z = facesHeld;
      map.pinned = facesHeld !== null;
      map.layers = { names: false };
      dressView(view, dressed);
      void fillMap(context, map, dressed);
    }
    if (faces.plane === null || studio.base.length === 0) return;
    const place: Point = project(faces.plane, studio.z());
    map.targets = [place];
    map.z ??= [place[0], place[1]];
    show();
  };

  const keepHeld = (): void => context.update({ facesHeld: map.pinned ? map.z : null });
  map.addEventListener("latent-change", () => {
    show();
    if (map.pinned) keepHeld(); // by the keys
  });
  map.addEventListener("pin-change", keepHeld);
  take.addEventListener("click", () => {
    const z = moved();
    if (z !== null) studio.moveTo(z);
  });
  const rested = settled<void>(REST_MS, refresh);
  studio.listen((change) => {
    // The first one is the link's, as what it says of the map is.
    if (change === "face" && dressed !== null) {
      // The cursor begins where the face is.
      map.pinned = false;
      map.z = null;
      context.update({ facesHeld: null });
    }
    rested();
  });
  keepView(context, map, "facesView");
  keepClasses(context, figure, "facesOnly");
  refresh();
}
