// Shows one section at a time, larger and over the whole screen, to be told before a class.

import { SECTIONS } from "../../sections";

/** Where arrow keys and letters are the control's own. */
const OWN_KEYS = "input, select, textarea, summary";

/** Shows a section alone until Escape; the arrow keys go on to its neighbours. */
export function present(id: string): void {
  const root = document.documentElement;
  const end = new AbortController();
  // Found anew each time: history puts another in a section's place.
  const sections = (): HTMLElement[] =>
    SECTIONS.flatMap(({ id }) => document.getElementById(id) ?? []);
  let shown = sections().findIndex((section) => section.id === id);
  const show = (at: number): void => {
    const all = sections();
    if (all[at] === undefined) return;
    shown = at;
    for (const [index, section] of all.entries()) {
      section.toggleAttribute("data-aside", index !== at);
    }
    all[at].scrollIntoView({ behavior: "instant" });
  };
  const stop = (): void => {
    end.abort();
    delete root.dataset.presented;
    for (const section of sections()) section.removeAttribute("data-aside");
    if (document.fullscreenElement !== null) void document.exitFullscreen();
    sections()[shown]?.scrollIntoView({ behavior: "instant" });
  };
  const options = { signal: end.signal };
  document.addEventListener(
    "keydown",
    (event) => {
      // A map or a slider in use has its own arrows, and has said so.
      const [target] = event.composedPath();
      if (event.defaultPrevented || (target as Element).matches?.(OWN_KEYS)) return;
      if (event.key === "ArrowRight" || event.key === "PageDown") show(shown + 1);
      else if (event.key === "ArrowLeft" || event.key === "PageUp") show(shown - 1);
      else if (event.key === "Escape") stop();
      else return;
      event.preventDefault();
    },
    options,
  );
  document.addEventListener(
    "fullscreenchange",
    () => document.fullscreenElement === null && stop(),
    options,
  );
  root.dataset.presented = "";
  show(shown);
  // Where a browser has no full screen, the window is enough.
  void root.requestFullscreen?.().catch(() => {});
}
