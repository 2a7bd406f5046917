// Section "labels", its second half: the same grid around the origin, VAE and CVAE, a digit of choice.

import "../../elements/lattice-view";
import "../../elements/play-bar";
import type { PageContext } from "../../app/context";
import { leaveOut } from "../../app/notice";
import { boundsAround } from "../../core/geometry/lattice";
import { STEPS } from "../../core/link/url-state";
import type { LatticeView } from "../../elements/lattice-view";
import type { PlayBar } from "../../elements/play-bar";
import { digitButtons, digitOr } from "../../figures/digits";
import { latticeOnto, required } from "../../figures/figure";

const DEFAULT_DIGIT = 3;
const DEFAULT_STEP = "0.5";
const SIDE = 10;

export function startGrids(context: PageContext, figure: HTMLElement): void {
  const { state } = context;
  const bar = required<PlayBar>(figure, "play-bar");
  const step = required<HTMLSelectElement>(figure, "select");
  const classes = figure.querySelectorAll("input[name=labels-digit]").length;
  const grids = Array.from(figure.querySelectorAll<LatticeView>("lattice-view"), (grid) => ({
    grid,
    model: context.model(grid.model),
    lay: latticeOnto(context, grid),
  }));

  /** Decodes the grids anew: that of the conditioned model, and for another step every one. */
  const draw = (digit: number, all: boolean): void => {
    const bounds = boundsAround([0, 0], Number(step.value), SIDE, SIDE);
    for (const { grid, model, lay } of grids) {
      const isConditioned = model.condition !== "none";
      if (!isConditioned && !all) continue;
      const label = isConditioned ? { label: digit } : {};
      grid.label = `${SIDE} × ${SIDE} decoded points around the origin, ${step.value} apart: ${
        isConditioned ? `the digit ${model.class_names[digit]}` : "whatever lies there"
      }`;
      lay({ model, bounds, columns: SIDE, rows: SIDE, ...label });
    }
  };
  /** Shows a digit everywhere but in the buttons or the bar: one of them was moved. */
  const show = (digit: number): void => {
    bar.text = `digit ${digit}`;
    draw(digit, false);
    context.update({ labelsDigit: digit === DEFAULT_DIGIT ? null : digit });
  };

  const last = classes - 1;
  if ((state.labelsDigit ?? 0) > last) leaveOut(context, "labelsDigit");
  const first = digitOr(state.labelsDigit, classes, DEFAULT_DIGIT);
  const buttons = digitButtons(figure, "labels-digit", first, (digit) => {
    bar.pause();
    bar.value = digit / last;
    show(digit);
  });
  bar.value = first / last;
  bar.text = `digit ${first}`;
  bar.addEventListener("value-change", (event) => {
    const digit = Math.round(event.detail.value * last);
    if (digit === buttons.value) return;
    buttons.value = digit;
    show(digit);
  });

  step.value = STEPS.find((offered) => offered === state.labelsStep) ?? DEFAULT_STEP;
  step.disabled = false;
  step.addEventListener("change", () => {
    const chosen = STEPS.find((offered) => offered === step.value) ?? null;
    draw(buttons.value, true);
    context.update({ labelsStep: chosen === DEFAULT_STEP ? null : chosen });
  });

  for (const { grid } of grids) grid.state = "loading";
  draw(first, true);
  bar.disabled = false;
}
