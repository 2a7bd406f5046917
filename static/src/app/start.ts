// Brings the page to life: reads the release, makes the engine, starts each section in its turn.

import "../elements/drawing-pad";
import "../elements/image-view";
import "../elements/map/latent-map";
import { parseManifest } from "../core/release/manifest";
import "../elements/runtime-status";
import type { RuntimeStatus } from "../elements/runtime-status";
import { EngineError } from "../engine/engine";
import { required } from "../figures/figure";
import { SECTIONS, type Section } from "../sections";
import { PageContext, sentence } from "./context";
import { hideLostPictures } from "./lost-pictures";
import { followSections, goToSection } from "./navigation";
import { notice } from "./notice";
import { keepOffline } from "./offline/keep-offline";
import { readerGoesOn } from "./reader";
import { reveal, revealForLinks, revealInTurn, revealNow } from "./reveal";
import { whenNear } from "./when-near";

export function start(): void {
  const manifest = parseManifest(required<HTMLElement>(document, "#manifest").textContent);
  const status = required<RuntimeStatus>(document, "runtime-status");
  for (const [index, colour] of manifest.palette.entries()) {
    document.documentElement.style.setProperty(`--class-${index}`, colour);
  }
  const context = new PageContext(manifest, (runtime) => {
    status.runtime = runtime;
  });
  if (context.ignored.length > 0) {
    notice(`Part of this link was not understood and is left out: ${context.ignored.join(", ")}.`);
  }
  for (const pad of document.querySelectorAll("drawing-pad")) pad.drawing = context.drawing;
  smoothing(context);
  hideLostPictures();
  const begin = async ({ id, load }: Section): Promise<void> => {
    const section = required<HTMLElement>(document, `#${id}`);
    // What a release does not carry, its template has said already.
    if (section.querySelector(".section-error") !== null) return;
    reveal(section);
    try {
      const script = await load().catch(scriptLost);
      await script.start(context, section);
    } catch (error) {
      const place = document.createElement("p");
      place.className = "section-error";
      place.setAttribute("role", "status");
      place.textContent = sentence(`The section “${id}”`, error);
      section.append(place);
    }
  };
  // The first section is what the reader came for. The others would share its bandwidth while it
  // loads, and its processor while its points are drawn.
  const [first, ...later] = SECTIONS;
  begin(first).then(async () => {
    revealInTurn();
    if (context.state.section === null) await readerGoesOn();
    for (const section of later) {
      whenNear(required(document, `#${section.id}`), () => begin(section));
    }
    void keepOffline();
  });
  if (context.state.section !== null) revealNow();
  else revealForLinks();
  goToSection(context);
  followSections(context);
  // A link to another state that is opened in this very page.
  addEventListener("hashchange", () => {
    if (location.hash.includes("=")) location.reload();
  });
}

function scriptLost(): never {
  throw new EngineError("server", "its script could not be fetched; is the server still there?");
}

/** The reader's choice between crisp and smooth pictures. */
function smoothing(context: PageContext): void {
  const box = required<HTMLInputElement>(document, "#smooth");
  const apply = (): void => {
    document.documentElement.style.setProperty(
      "--image-rendering",
      box.checked ? "auto" : "pixelated",
    );
  };
  box.checked = context.state.smooth;
  apply();
  box.addEventListener("change", () => {
    apply();
    context.update({ smooth: box.checked });
  });
}
