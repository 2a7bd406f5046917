// Which layers of a section's map are shown: its switches, and the part of the link that keeps them.

import "../elements/map/layer-switches";
import type { PageContext } from "../app/context";
import { leaveOut } from "../app/notice";
import type { LayerState } from "../core/link/link-values";
import type { PageState } from "../core/link/url-state";
import { switchedFrom } from "../core/points/map-layers";
import type { LatentMap } from "../elements/map/latent-map";
import type { LayerSwitches } from "../elements/map/layer-switches";
import { required } from "./figure";

type LayersKey = {
  [Key in keyof PageState]: PageState[Key] extends LayerState | null ? Key : never;
}[keyof PageState];

/** Returns the layers of a link that a map has; others are left out with a notice. */
export function layersAsked(
  context: PageContext,
  key: LayersKey,
  known: readonly string[],
): LayerState {
  const asked = context.state[key] ?? {};
  const kept = Object.entries(asked).filter(([name]) => known.includes(name));
  if (kept.length < Object.keys(asked).length) {
    leaveOut(context, key);
    context.update({ [key]: kept.length > 0 ? Object.fromEntries(kept) : null });
  }
  return Object.fromEntries(kept);
}

/**
 * Wires a section's switches to its map.
 *
 * @param first the layers that are on until the reader switches; all others offered are off.
 * @param apply shows the layers: is called at once, and whenever one is switched.
 */
export function chooseLayers(
  context: PageContext,
  section: HTMLElement,
  key: LayersKey,
  first: readonly string[],
  apply: (layers: LayerState) => void,
): void {
  const switches = required<LayerSwitches>(section, "layer-switches");
  const offered = switches.layers.split(" ");
  const atFirst: LayerState = Object.fromEntries(
    offered.map((name) => [name, first.includes(name)]),
  );
  const on: LayerState = { ...atFirst, ...layersAsked(context, key, offered) };
  context.state[key] = switchedFrom(atFirst, on);
  switches.on = on;
  switches.addEventListener("layers-change", ({ detail }) => {
    context.update({ [key]: switchedFrom(atFirst, detail.layers) });
    apply(detail.layers);
  });
  apply(on);
}

/** Returns what shows layers on a map, which draws its points again only where one is switched. */
export const layersOnto =
  (map: LatentMap) =>
  (layers: LayerState): void => {
    if (Object.entries(layers).every(([name, on]) => map.layers[name] === on)) return;
    map.layers = { ...map.layers, ...layers };
  };
