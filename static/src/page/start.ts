// Brings the page to life: reads the release, makes the engine, starts each section in its turn.

import { parseManifest } from "../core/manifest";
import type { RuntimeStatus } from "../elements/runtime-status";
import { PageContext, sentence } from "./context";
import { startDraw } from "./draw";
import { required } from "./figure";
import { startHover } from "./hover";
import { startLabels } from "./labels";
import { whenNear } from "./near";

type Start = (context: PageContext, section: HTMLElement) => Promise<void>;

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
  smoothing(context);
  const begin = (id: string, run: Start): Promise<void> => {
    const section = required<HTMLElement>(document, `#${id}`);
    return run(context, section).catch((error: unknown) => {
      const place = section.querySelector(".section-error") ?? document.createElement("p");
      place.className = "section-error";
      place.setAttribute("role", "status");
      place.textContent = sentence(`The section “${id}”`, error);
      section.append(place);
    });
  };
  // Later sections wait for the first digit: it is what the reader came for, and their models
  // would share its bandwidth.
  begin("hover", startHover).then(() => {
    whenNear(required(document, "#draw"), () => begin("draw", startDraw));
    whenNear(required(document, "#labels"), () => begin("labels", startLabels));
  });
  // A link to another state that is opened in this very page.
  addEventListener("hashchange", () => {
    if (location.hash.includes("=")) location.reload();
  });
}

/** Shows a sentence at the top of the page. */
function notice(text: string): void {
  const place = required<HTMLElement>(document, "#notice");
  place.textContent = text;
  place.hidden = false;
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
