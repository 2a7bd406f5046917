// Section "labels", its second half: a grid around the origin and samples, for a digit of choice.

import "../../elements/lattice-view";
import "../../elements/play-bar";
import { type PageContext, sentence } from "../../app/context";
import { leaveOut } from "../../app/notice";
import { boundsAround } from "../../core/geometry/lattice";
import { STEPS } from "../../core/link/url-state";
import type { ImageView } from "../../elements/image-view";
import type { LatticeView } from "../../elements/lattice-view";
import type { PlayBar } from "../../elements/play-bar";
import { digitButtons, digitOr } from "../../figures/digits";
import { decoderInto, latticeOnto, loadPart, required, showError } from "../../figures/figure";

const DEFAULT_DIGIT = 3;
const DEFAULT_STEP = "0.5";
const SIDE = 10;

/** Draws what a digit's model makes of it; called again for every digit. */
type Ask = (digit: number) => void;

export function startAsked(context: PageContext, figure: HTMLElement): void {
  const { state } = context;
  const bar = required<PlayBar>(figure, "play-bar");
  const step = required<HTMLSelectElement>(figure, "select");
  const classes = figure.querySelectorAll("input[name=labels-digit]").length;
  const grids = Array.from(figure.querySelectorAll<LatticeView>("lattice-view"));
  const lattices = grids.map((grid) => ({ grid, lay: latticeOnto(context, grid) }));
  const askSamples = startSamples(context, figure);

  /** Decodes the grids anew: that of the model that is told, and for another step every one. */
  const drawGrids = (digit: number, all: boolean): void => {
    const bounds = boundsAround([0, 0], Number(step.value), SIDE, SIDE);
    for (const { grid, lay } of lattices) {
      const model = context.model(grid.model);
      const told = model.condition !== "none";
      if (!told && !all) continue;
      const label = told ? { label: digit } : {};
      grid.label = `${SIDE} × ${SIDE} decoded points around the origin, ${step.value} apart: ${
        told ? `the ${model.class_names[digit]} that was asked for` : "whatever lies there"
      }`;
      lay({ model, bounds, columns: SIDE, rows: SIDE, ...label });
    }
  };
  /** Everything that shows a digit, but not the buttons or the bar: one of them was moved. */
  const ask = (digit: number): void => {
    bar.text = `digit ${digit}`;
    drawGrids(digit, false);
    askSamples(digit);
    context.update({ labelsDigit: digit === DEFAULT_DIGIT ? null : digit });
  };

  const last = classes - 1;
  if ((state.labelsDigit ?? 0) > last) leaveOut(context, "labelsDigit");
  const buttons = digitButtons(
    figure,
    "labels-digit",
    digitOr(state.labelsDigit, classes, DEFAULT_DIGIT),
    (digit) => {
      bar.pause();
      bar.value = digit / last;
      ask(digit);
    },
  );
  bar.value = buttons.value / last;
  bar.text = `digit ${buttons.value}`;
  bar.addEventListener("value-change", (event) => {
    const digit = Math.round(event.detail.value * last);
    if (digit === buttons.value) return;
    buttons.value = digit;
    ask(digit);
  });

  step.value = STEPS.find((offered) => offered === state.labelsStep) ?? DEFAULT_STEP;
  step.disabled = false;
  step.addEventListener("change", () => {
    const chosen = STEPS.find((offered) => offered === step.value) ?? null;
    drawGrids(buttons.value, true);
    context.update({ labelsStep: chosen === DEFAULT_STEP ? null : chosen });
  });

  for (const grid of grids) grid.state = "loading";
  drawGrids(buttons.value, true);
  askSamples(buttons.value);
  bar.disabled = false;
}

/** The row of samples: ten draws of the prior's, all decoded as the digit that is asked for. */
function startSamples(context: PageContext, figure: HTMLElement): Ask {
  const views = Array.from(figure.querySelectorAll<ImageView>("image-view[name^=sample-]"));
  const others = figure.querySelector<HTMLButtonElement>("button.others");
  const model = context.find(figure.dataset.samples ?? "");
  if (model === null || others === null) return () => {};
  const decode = decoderInto(context, views);
  let z: number[][] = [];
  let first = 0;
  let asked = 0;

  const draw = (): void => {
    if (z.length === 0) return; // not there yet: it will be drawn when it is
    const chosen = z.slice(first, first + views.length);
    const name = model.class_names[asked];
    for (const view of views) view.label = `A ${name} decoded from a draw of the prior`;
    decode({ model, z: chosen.flat(), labels: chosen.map(() => asked) });
  };
  others.addEventListener("click", () => {
    // Whole rows only: the last draws that do not fill one are left out.
    first = first + 2 * views.length <= z.length ? first + views.length : 0;
    draw();
  });
  const load = async (): Promise<void> => {
    if (!(await loadPart(context, model, "decoder", views))) return;
    try {
      z = (await context.document(model, "prior")).z;
    } catch (error) {
      showError(views, sentence("The samples", error));
      return;
    }
    others.disabled = false;
    draw();
  };
  void load();
  return (digit) => {
    asked = digit;
    draw();
  };
}
