// Until the reader's first move z wanders over the first map by itself, and its digit is drawn.
//
// It moves the map's mark as a program does: nothing is told, spoken, or written into the link. Where
// the reader wants less motion, only the words stay at the mark.

import type { Point } from "../../core/geometry/viewport";
import type { LatentMap } from "../../elements/map/latent-map";

/** The classes that it visits, in turn. */
const WAY = [0, 6, 2, 3];
/** From one to the next (ms), and how long it stays. */
const LEG_MS = 1500;
const STAY_MS = 700;
/** What ends it, wherever it happens; and a move over the map. */
const SIGNS = ["pointerdown", "keydown", "wheel", "scroll", "focusin"] as const;
/** Who has moved once, in this tab, knows. */
const MOVED = "latent-atlas-moved";

/**
 * Shows the invitation at z, and lets z wander once the map has its points.
 *
 * @param section holds the map and `.invitation`; it has the attribute `data-invites` meanwhile.
 * @param decode draws the digit at the map's z.
 * @param settled is called once z has wandered and is at home again.
 * @returns what begins to wander, and tells whether it does.
 */
export function invite(
  section: HTMLElement,
  map: LatentMap,
  decode: () => void,
  settled: () => void,
  end: AbortSignal,
): () => boolean {
  const words = section.querySelector<HTMLElement>(".invitation");
  const home = map.z;
  if (words === null || home === null || hasMoved()) return () => false;
  const over = new AbortController();
  let frame = 0;
  const place = (z: Point): void => {
    map.z = z;
    const [x, y] = map.pixelOf(z);
    words.style.transform = `translate(${x}px, ${y}px)`;
  };
  const leave = (event: Event): void => {
    over.abort();
    cancelAnimationFrame(frame);
    section.toggleAttribute("data-invites", false);
    if (event.type === "abort") return; // the section ends
    remember();
    // The reader's own place stays; else z is again where the link says that it is.
    if (event.type === "latent-change" || frame === 0) return;
    map.z = home;
    decode();
    settled();
  };
  const options = { signal: over.signal, passive: true };
  for (const sign of SIGNS) addEventListener(sign, leave, options);
  map.addEventListener("latent-change", leave, options);
  end.addEventListener("abort", leave, options);
  section.toggleAttribute("data-invites", true);
  // A map that is laid out anew has its mark elsewhere.
  const resized = new ResizeObserver(() => {
    if (frame === 0) place(home);
  });
  resized.observe(map);
  over.signal.addEventListener("abort", () => resized.disconnect());

  return () => {
    const stops = WAY.flatMap((label) => {
      const found = map.statistics?.find((one) => one.label === label);
      return found === undefined ? [] : [found.place ?? found.mean];
    });
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (still || stops.length < WAY.length || over.signal.aborted) return false;
    const begun = performance.now();
    const step = (now: number): void => {
      const legs = Math.max(0, now - begun) / (LEG_MS + STAY_MS);
      const leg = Math.floor(legs);
      const from = leg === 0 ? home : (stops[(leg - 1) % stops.length] as Point);
      const to = stops[leg % stops.length] as Point;
      const share = Math.min(1, ((legs - leg) * (LEG_MS + STAY_MS)) / LEG_MS);
      const eased = share * share * (3 - 2 * share);
      place([from[0] + eased * (to[0] - from[0]), from[1] + eased * (to[1] - from[1])]);
      if (share < 1) decode();
      frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
    return true;
  };
}

function hasMoved(): boolean {
  try {
    return sessionStorage.getItem(MOVED) !== null;
  } catch {
    return false; // a browser that keeps nothing
  }
}

function remember(): void {
  try {
    sessionStorage.setItem(MOVED, "");
  } catch {}
}
