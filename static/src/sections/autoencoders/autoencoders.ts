// Section "autoencoders": a plain autoencoder beside a VAE, one z for both.

import "../../elements/digit-grid";
import "../../elements/map/layer-switches";
import type { PageContext } from "../../app/context";
import {
  boundsOfView,
  formatPercent,
  type Point,
  sameView,
  type View,
} from "../../core/geometry/viewport";
import type { LayerState } from "../../core/link/link-values";
import type { LayerSwitches } from "../../elements/map/layer-switches";
import { linkedChoice, showOnly } from "../../figures/choices";
import { keepClasses } from "../../figures/class-isolation";
import { required } from "../../figures/figure";
import { type Place, type PlaneName, Side } from "./autoencoder-side";

/** What the maps show until the reader switches something, by plane. */
const LAYERS = {
  pca: { offered: ["points", "density", "circle", "lattice"], on: ["points", "circle"] },
  first: { offered: ["ellipses", "circle", "lattice"], on: ["circle", "lattice"] },
};

export async function start(context: PageContext, section: HTMLElement): Promise<void> {
  const { state } = context;
  const ae = new Side(context, section, "ae");
  const vae = new Side(context, section, "vae");
  const sides = [ae, vae];
  const pockets = required<HTMLOutputElement>(section, "#ae-pockets");
  const switches = required<LayerSwitches>(section, "layer-switches");
  const size = linkedChoice(context, section, "[name=ae-size]", "aeSize", () => leave());
  const planes = linkedChoice(context, section, "[name=ae-plane]", "aePlane", () => leave());
  const plane = (): PlaneName =>
    size.value === "10" && planes.value === "first" ? "first" : "pca";
  const setLayers = (): void => {
    const { offered, on } = LAYERS[plane()];
    const layers: Record<string, boolean> = Object.fromEntries(
      offered.map((name) => [name, state.aeLayers?.[name] ?? on.includes(name)]),
    );
    switches.layers = offered.join(" ");
    switches.on = layers;
    for (const side of sides) side.setLayers({ points: false, ...layers });
  };

  const moveTo = (z: Point): void => {
    for (const side of sides) {
      side.map.z = z;
      side.draw(z);
      side.places.marked = null;
    }
  };
  const isSeen = ({ map }: Side, [x, y]: Point): boolean => {
    const { min, max } = boundsOfView(map.view, map.size);
    return x >= min[0] && x <= max[0] && y >= min[1] && y <= max[1];
  };
  const remember = (side: Side, view: View | null): void =>
    context.update(side === ae ? { aeView: view } : { vaeView: view });
  const look = (side: Side, view: View | null): void => {
    side.map.view = view;
    side.drawLattice();
    remember(side, view);
  };
  /** What the maps showed before a place was picked, until the reader zooms or switches. */
  let before: { z: Point; layers: LayerState | null; views: (View | null)[] } | null = null;
  const restore = (): void => {
    if (before === null) return;
    context.update({ aeLayers: before.layers });
    setLayers();
    for (const [i, side] of sides.entries()) look(side, before.views[i] ?? null);
  };
  const take = (z: Point): void => {
    moveTo(z);
    context.update({ aeZ: [z[0], z[1]] });
  };
  const go = (side: Side, { z, view }: Place): void => {
    before ??= { z: ae.map.z ?? z, layers: state.aeLayers, views: [state.aeView, state.vaeView] };
    if (view === null) {
      restore();
      for (const each of sides) if (!isSeen(each, z)) look(each, null);
    } else {
      // A pocket is looked at with what the decoder makes of it.
      if (!switches.on.lattice) {
        context.update({ aeLayers: { ...switches.on, lattice: true } });
        setLayers();
      }
      for (const each of sides) if (each === side || !isSeen(each, z)) look(each, view);
    }
    take(z);
  };
  const goBack = (): boolean => {
    if (before === null) return false;
    restore();
    take(before.z);
    before = null;
    return true;
  };

  for (const side of sides) {
    const { map } = side;
    map.addEventListener("latent-change", ({ detail }) => {
      if (before !== null) before = { ...before, z: detail.z };
      moveTo(detail.z);
      context.update({ aeZ: detail.z });
    });
    map.addEventListener("pin-change", ({ detail }) => {
      for (const each of sides) each.map.pinned = detail.pinned;
      context.update({ aePinned: detail.pinned });
    });
    map.addEventListener("view-change", ({ detail }) => {
      before = null;
      side.drawLattice();
      remember(side, sameView(detail.view, map.home) ? null : detail.view);
    });
    side.onPick((place) => go(side, place), goBack);
  }
  switches.addEventListener("layers-change", ({ detail }) => {
    before = null;
    context.update({ aeLayers: { ...state.aeLayers, ...detail.layers } });
    setLayers();
  });

  /** Puts up the models of the chosen size; resolves when both sides have what can be had. */
  const show = async (z: Point): Promise<void> => {
    const latents = size.value || "2";
    showOnly(section, "size", latents);
    for (const element of section.querySelectorAll<HTMLElement>("[data-plane]")) {
      element.hidden = latents !== "10" || element.dataset.plane !== plane();
    }
    setLayers();
    await Promise.all([
      ae.show(context.model(`ae-${latents}`), plane(), state.aeView, z),
      vae.show(context.model(`vae-${latents}`), plane(), state.vaeView, z),
    ]);
    const [mine, theirs] = [ae.pocketShare, vae.pocketShare];
    if (latents === "2" && mine !== null && theirs !== null) {
      pockets.textContent = `The autoencoder’s pocket is ${formatPercent(mine)} as wide as its circle, the VAE’s ${formatPercent(theirs)}${theirs < mine ? ": the VAE has packed its digits closer together" : ""}.`;
    }
  };
  /** Another size or plane was chosen, and a place of one map means nothing on another. */
  const leave = (): void => {
    before = null;
    context.update({ aeZ: null, aeView: null, vaeView: null, aePinned: false });
    for (const side of sides) side.map.pinned = false;
    void show([0, 0]);
  };
  for (const side of sides) side.map.pinned = state.aePinned;
  keepClasses(context, section, "aeOnly");
  // What the reader did on a map before the script came is not lost.
  await show(state.aeZ ?? ae.map.z ?? vae.map.z ?? [0, 0]);
}
