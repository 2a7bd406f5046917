// The classes that a section's maps have in colour: the same on all of them, and kept in the link.

import type { PageContext } from "../app/context";
import { leaveOut } from "../app/notice";
import type { PageState } from "../core/link/url-state";
import type { LatentMap } from "../elements/map/latent-map";

type IsolationKey = Extract<keyof PageState, `${string}Only`>;

/**
 * Shows on all maps of `root` the classes that the link singles out, and then those that the reader
 * does on any of them.
 *
 * @param also is given them, too, at once and whenever they change.
 */
export function keepClasses(
  context: PageContext,
  root: HTMLElement,
  key: IsolationKey,
  also: (isolated: number[]) => void = () => {},
): void {
  const show = (isolated: number[]): void => {
    for (const map of root.querySelectorAll<LatentMap>("latent-map")) map.isolated = isolated;
    also(isolated);
  };
  const asked = context.state[key] ?? [];
  const classes = root.querySelector<LatentMap>("latent-map")?.classNames.length ?? 0;
  const isKnown = classes === 0 || asked.every((label) => label < classes);
  if (!isKnown) leaveOut(context, key);
  show(isKnown ? asked : []);
  root.addEventListener("classes-change", ({ detail: { isolated } }) => {
    context.update({ [key]: isolated.length > 0 ? [...isolated] : null });
    show(isolated);
  });
}
