import { expect, test } from "vitest";
import { penPoint } from "./strokes";
import { DEFAULT_STATE, type PageState, readState, writeState } from "./url-state";

test("every property survives its link", () => {
  const state: PageState = {
    mapModel: "fashion-vae-2",
    z: [0.42, -1.375],
    pinned: true,
    view: { centre: [1, -2.5], scale: 3.25 },
    labelsModel: "cvae-2",
    labelsZ: [-3, 0],
    labelsPinned: true,
    drawing: [[penPoint(0.2, 0.3, 0.5), penPoint(0.6, 0.7, 1)]],
    smooth: true,
  };
  expect(readState(writeState(state))).toEqual({ state, ignored: [] });
});

test("a page as it opens needs no hash", () => {
  expect(writeState(DEFAULT_STATE)).toBe("");
  expect(readState("")).toEqual({ state: DEFAULT_STATE, ignored: [] });
  expect(readState("#draw")).toEqual({ state: DEFAULT_STATE, ignored: [] });
});

test("a hostile or old hash is ignored by name and the rest is kept", () => {
  const { state, ignored } = readState(
    "#z=NaN,1&view=0,0,0&pin=yes&map=../x&labels=<img onerror=x>&lz=1e9,2&draw=!!!&bogus=1&smooth=1",
  );
  expect(state).toEqual({ ...DEFAULT_STATE, smooth: true });
  expect(ignored).toEqual(["z", "view", "pin", "map", "labels", "lz", "draw", "bogus"]);
});
