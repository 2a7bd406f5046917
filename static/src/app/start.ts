// Brings the page to life: reads the release, makes the engine, starts each section in its turn.

import "../elements/drawing-pad";
import "../elements/image-view";
import type { LatentMap } from "../elements/map/latent-map";
import "../elements/map/latent-map";
import { STALLED_MS } from "../core/async/stall";
import { parseManifest } from "../core/release/manifest";
import { persist, sayIn } from "../elements/again";
import "../elements/runtime-status";
import type { RuntimeStatus } from "../elements/runtime-status";
import { EngineError } from "../engine/engine";
import { required } from "../figures/figure";
import { presentSections, SECTIONS, type Section } from "../sections";
import { PageContext, sentence } from "./context";
import { contextFor, followHistory } from "./history";
import { hideLostPictures } from "./lost-pictures";
import { followSections } from "./navigation";
import { noteLeftOut } from "./notice";
import { rethrow } from "./outdated";
import { goToHead, goToPlace } from "./place";
import { preparePrinting } from "./print";
import { readerGoesOn } from "./reader-goes-on";
import { reveal, revealForLinks, revealInTurn, revealNow } from "./reveal";
import { nameScrollers } from "./scrollers";
import { whenLeft, whenNear } from "./when-near";

/** The later sections wait for the first one for so long. */
const HELD_MS = 15_000;
/** Of a script that arrives and does not run. */
const MOST_FAILURES = 4;

export function start(): void {
  const manifest = parseManifest(required<HTMLElement>(document, "#manifest").textContent);
  const status = required<RuntimeStatus>(document, "runtime-status");
  for (const [index, colour] of manifest.palette.entries()) {
    document.documentElement.style.setProperty(`--class-${index}`, colour);
  }
  const context = new PageContext(manifest, (runtime) => {
    status.runtime = runtime;
  });
  noteLeftOut(context.ignored);
  prepare(context, document);
  smooth(context);
  required(document, "#smooth").addEventListener("change", ({ target }) => {
    context.update({ smooth: (target as HTMLInputElement).checked });
    smooth(context);
  });
  hideLostPictures();
  nameScrollers(document);
  preparePrinting();
  offerClassroom(context);
  document.addEventListener("restart", () => context.writeLink());
  const begin = async ({ id, load }: Section): Promise<void> => {
    const section = required<HTMLElement>(document, `#${id}`);
    reveal(section);
    const own = contextFor(context, section);
    const subject = `The section “${id}”`;
    let failures = 0;
    try {
      const arrived = load();
      const orNever = arrived.catch(() => new Promise<never>(() => {}));
      const script = await Promise.race([arrived, stalled()]).catch(() =>
        persist(
          () => Promise.race([orNever, loadAgain(id)]),
          (error, again) => {
            // A script that it imports may have failed with it, which a browser keeps: then only a
            // restart helps.
            const mayCome = error instanceof EngineError && error.reason !== "start";
            if (++failures === MOST_FAILURES && !mayCome) throw error;
            sayIn(section, sentence(subject, error), again);
          },
        ),
      );
      await script.start(own, section);
    } catch (error) {
      sayIn(section, sentence(subject, error), null);
    }
  };
  // The first section, or the one that a link names, is what the reader came for. The others would
  // share its bandwidth while it loads, and its processor while its points are drawn.
  const sections = presentSections();
  const anchor = sections.find(({ id }) => `#${id}` === location.hash)?.id;
  const asked = anchor ?? context.state.section;
  const [first] = sections;
  const lead = sections.find(({ id }) => id === asked) ?? first;
  const left = whenLeft(required(document, `#${lead.id}`));
  // One that does not come holds nothing up, nor one that the reader has gone on from.
  const held = new Promise<void>((done) => setTimeout(done, HELD_MS));
  const answered = Promise.race([begin(lead), held, left]);
  answered.then(async () => {
    void revealInTurn();
    if (lead === first) await Promise.race([readerGoesOn(), left]);
    else void begin(first);
    for (const section of sections) {
      if (section === lead || section === first) continue;
      whenNear(required(document, `#${section.id}`), () => begin(section));
    }
    // Without it nothing is kept for offline use until the next visit.
    import("./offline/keep-offline").then(({ keepOffline }) => keepOffline()).catch(() => {});
  });
  if (asked !== null) revealNow();
  else revealForLinks();
  history.scrollRestoration = "manual"; // the browser's does not know what is laid out late
  if (anchor !== undefined) goToHead(anchor);
  else if (history.state !== null || asked !== null) goToPlace(context.state);
  const follow = followSections(context);
  document.documentElement.dataset.started = "";
  followHistory(context, (places) => {
    smooth(context);
    for (const place of places) {
      prepare(context, place);
      nameScrollers(place);
      follow(place);
      const section = SECTIONS.find(({ id }) => id === place.id) as Section;
      whenNear(place, () => begin(section));
    }
  });
}

/** Lets the reader open the classroom panel; `?classroom` opens it, `?hide=nav,prose` leaves parts out. */
function offerClassroom(context: PageContext): void {
  const asked = new URLSearchParams(location.search);
  document.documentElement.dataset.hide = (asked.get("hide") ?? "").replaceAll(",", " ");
  const button = required<HTMLButtonElement>(document, "#classroom-switch");
  const panel = required<HTMLElement>(document, "#classroom");
  const toggle = async (): Promise<void> => {
    const { startClassroom } = await import("./classroom/classroom");
    startClassroom(context, () => button.click());
    panel.hidden = !panel.hidden;
    button.ariaExpanded = String(!panel.hidden);
  };
  button.addEventListener("click", toggle);
  button.disabled = false;
  if (asked.has("classroom")) void toggle();
}

/** Rejects when what has not come by then may never come. */
function stalled(): Promise<never> {
  return new Promise((_, reject) => setTimeout(reject, STALLED_MS));
}

/**
 * Imports a section's script that has failed once, by a new address: a browser keeps the failure.
 *
 * @throws EngineError while it does not arrive.
 */
async function loadAgain(id: string): Promise<Awaited<ReturnType<Section["load"]>>> {
  const built = JSON.parse(required(document, "#built").textContent ?? "") as { url: string }[];
  const file = built.find(({ url }) => new RegExp(`/${id}-[\\w-]{8}\\.js$`).test(url));
  const url = new URL(`${file?.url}?again=${Date.now()}`, document.baseURI).href;
  const signal = AbortSignal.timeout(4 * STALLED_MS);
  const response = await fetch(url, { cache: "reload", signal }).catch(() => null);
  if (response?.status === 404) {
    await rethrow(new EngineError("gone", "the server does not have its script"));
  }
  const type = response?.headers.get("content-type") ?? "";
  const body = response?.ok && (await response.text().catch(() => ""));
  if (!body || !type.includes("javascript")) {
    throw new EngineError("network", "its script did not arrive; is the network gone?");
  }
  const parts = stalled().catch(() => {
    throw new EngineError("start", "a part of its script did not arrive; is the network gone?");
  });
  return Promise.race([import(/* @vite-ignore */ url), parts]);
}

/** Gives the reader's drawing to pads and its view to maps: they answer before their section begins. */
function prepare(context: PageContext, root: ParentNode): void {
  for (const pad of root.querySelectorAll("drawing-pad")) pad.drawing = context.drawing;
  for (const map of root.querySelectorAll<LatentMap>("latent-map")) {
    const view = context.find(map.model)?.view;
    if (view !== undefined) map.home = view;
  }
}

function smooth({ state }: PageContext): void {
  required<HTMLInputElement>(document, "#smooth").checked = state.smooth;
  const rendering = state.smooth ? "auto" : "pixelated";
  document.documentElement.style.setProperty("--image-rendering", rendering);
}
