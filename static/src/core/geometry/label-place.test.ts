import { expect, test } from "vitest";
import { type Box, placeLabel } from "./label-place";

const map = { width: 400, height: 400 };
const label = { width: 100, height: 18 };
const place = (x: number, y: number, names: Box[] = [], isLifted = false) =>
  placeLabel([x, y], label, map, names, isLifted ? 56 : 26, isLifted);
const name = (x: number, y: number): Box => ({ middle: [x, y], width: 10, height: 16 });

test("a label stands right of and above its mark, where it has room", () => {
  expect(place(200, 200)).toEqual([213, 174]);
  expect(place(350, 200)).toEqual([237, 174]);
  expect(place(200, 10)).toEqual([213, 18]);
  expect(place(200, 200, [], true)).toEqual([213, 144]);
});

test("it goes round its mark to keep clear of names", () => {
  const above = name(250, 180);
  expect(place(200, 200, [above])).toEqual([87, 174]);
  expect(place(200, 200, [above, name(150, 180)])).toEqual([213, 208]);
  // Where every corner is taken it goes lines away, and a finger hides what is below it.
  const taken = [above, name(150, 180), name(250, 215), name(150, 215)];
  expect(place(200, 200, taken)).toEqual([213, 226]);
  expect(place(200, 200, [name(250, 150), name(150, 150)], true)).toEqual([213, 108]);
});

test("on a map that is hardly wider, it stays inside", () => {
  const narrow = { width: 130, height: 400 };
  expect(placeLabel([70, 200], label, narrow, [], 26, false)).toEqual([0, 174]);
});
