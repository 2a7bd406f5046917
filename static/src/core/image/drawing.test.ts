import { expect, test } from "vitest";
import { Drawing, type DrawingChange } from "./drawing";
import { normalise } from "./normalise";
import { penPoint, type Stroke } from "./strokes";

const point = (x: number, y: number) => penPoint(x, y, 0.5);
const BAR: Stroke = [point(0.5, 0.1), point(0.5, 0.9)];

function followed(strokes: Stroke[] = []) {
  const drawing = new Drawing(strokes);
  const changes: DrawingChange[] = [];
  const stop = drawing.subscribe((change) => changes.push(change));
  return { drawing, changes, stop };
}

test("everyone who follows a drawing sees it grow stroke by stroke", () => {
  const { drawing, changes } = followed();
  expect(drawing.isEmpty).toBe(true);
  const stroke = drawing.begin(point(0.5, 0.1));
  drawing.extend(stroke, [point(0.5, 0.5), point(0.5, 0.9)]);
  drawing.extend(stroke, [point(0.5, 0.9)]); // the pen has not moved
  drawing.end();
  expect(changes.map(({ final }) => final)).toEqual([false, false, true]);
  expect(drawing.strokes.map(({ length }) => length)).toEqual([3]);
  expect(drawing.pixels).toEqual(normalise(drawing.strokes));
  expect(changes.at(-1)?.pixels).toBe(drawing.pixels);
});

test("each change has pixels of its own, so that a late answer can be told", () => {
  const { drawing, changes } = followed([BAR]);
  drawing.replace([BAR]);
  drawing.replace([BAR]);
  expect(changes[0]?.pixels).not.toBe(changes[1]?.pixels);
});

test("undo takes the last stroke back, down to nothing", () => {
  const { drawing, changes } = followed([BAR, BAR]);
  drawing.undo();
  expect(drawing.strokes).toEqual([BAR]);
  drawing.undo();
  expect(drawing.isEmpty).toBe(true);
  expect(Math.max(...drawing.pixels)).toBe(0);
  expect(changes.every(({ final }) => final)).toBe(true);
});

test("strokes that are given are copied; who no longer follows hears nothing", () => {
  const given = [[...BAR]];
  const { drawing, changes, stop } = followed();
  drawing.replace(given);
  given[0]?.pop();
  expect(drawing.strokes).toEqual([BAR]);
  stop();
  drawing.replace([]);
  expect(changes).toHaveLength(1);
});

test("what the page opens with is not the reader's, and the first stroke replaces it", () => {
  const { drawing, changes } = followed();
  drawing.open([BAR, BAR]);
  expect([drawing.isEmpty, drawing.strokes.length]).toEqual([true, 2]);
  expect(drawing.pixels).toEqual(normalise([BAR, BAR]));
  drawing.begin(point(0.2, 0.2));
  expect([drawing.isEmpty, drawing.strokes.length]).toEqual([false, 1]);
  expect(changes.map(({ final }) => final)).toEqual([false, false]);
  drawing.open([BAR]);
  drawing.replace([]);
  expect([drawing.isEmpty, drawing.strokes.length]).toEqual([true, 0]);
});
