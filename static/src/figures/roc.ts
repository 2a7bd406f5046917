// What charts of ROC curves have in common: their axes, their unit, and where the alarm is read off.

import type { Report } from "../core/release/release";
import type { LineChart } from "../elements/chart/line-chart";

type Curve = Report["anomaly"][string]["roc"];

/** The share of digits (%) that one may be willing to lose: the values there stand in the legend. */
const ALARM = 5;

/** Gives a chart its axes, and its legend the values at the alarm. */
export function prepareRoc(chart: LineChart): void {
  chart.axes = [
    { name: "digits taken for strangers (%)", range: [0, 100] },
    { name: "strangers found (%)", range: [0, 100] },
  ];
  chart.rest = ALARM;
  chart.format = (share) => `at ${share} % of the digits`;
}

/** The points of a curve, in per cent. */
export function rocPoints(curve: Curve): { x: number[]; y: number[] } {
  return { x: percent(curve.false_positive), y: percent(curve.true_positive) };
}

function percent(shares: readonly number[]): number[] {
  return shares.map((share) => Number((100 * share).toFixed(4)));
}
