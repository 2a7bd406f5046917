// Section "numbers": what was measured, as charts, samples and projections; its tables are HTML.

import type { PageContext } from "../../app/context";
import { whenNear } from "../../app/when-near";
import { showCurves } from "./numbers-curves";
import { showErrors } from "./numbers-errors";
import { showProjections } from "./numbers-projections";
import { showRawPixels } from "./numbers-raw";
import { showRoc } from "./numbers-roc";
import { showSamples } from "./numbers-samples";

type Part = (context: PageContext, part: HTMLElement) => Promise<void>;

/** The section is long: each part fetches what it shows when it comes near itself. */
const PARTS: Record<string, Part> = {
  errors: showErrors,
  curves: showCurves,
  samples: showSamples,
  projections: showProjections,
  raw: showRawPixels,
  roc: showRoc,
};

export async function start(context: PageContext, section: HTMLElement): Promise<void> {
  for (const [name, show] of Object.entries(PARTS)) {
    // A part that the release has nothing for is not in the page.
    const part = section.querySelector<HTMLElement>(`[data-part=${name}]`);
    if (part !== null) whenNear(part, () => void show(context, part));
  }
}
