import { expect, test } from "vitest";
import { penPoint } from "../image/strokes";
import { roundVector } from "./link-values";
import {
  changedSections,
  DEFAULT_STATE,
  type PageState,
  readState,
  sectionsOf,
  writeState,
} from "./url-state";

test("every property survives its link", () => {
  const state: PageState = {
    section: "shape",
    figure: 2,
    mapModel: "fashion-vae-2",
    z: [0.42, -1.375],
    pinned: true,
    view: { centre: [1, -2.5], scale: 3.25 },
    layers: { density: true, points: false },
    mapLabel: 731,
    only: [3, 8],
    labelsModel: "cvae-2",
    labelsZ: [-3, 0],
    labelsPinned: true,
    labelsView: { centre: [0, 1], scale: 5 },
    labelsDigit: 7,
    labelsStep: "0.2",
    labelsLayers: { ellipses: true },
    labelsOnly: [4, 9],
    aeSize: "10",
    aeZ: [1, 2],
    aePinned: true,
    aePlane: "first",
    aeView: { centre: [0, 0], scale: 40 },
    vaeView: { centre: [0.5, 0], scale: 4 },
    aeLayers: { circle: true },
    aeOnly: [4, 9],
    insideTile: 0,
    insideEpsilon: [-1.5, 0.25],
    shapeSplit: "first_half",
    shapeDigit: 3,
    shapeStep: "0.2",
    shapeLayers: { ellipses: false },
    shapeZ: [-0.25, 3],
    shapePinned: true,
    shapeView: { centre: [1, 0], scale: 2 },
    shapeOnly: [4, 9],
    shapeModel: "cvae-5",
    shapeSeed: 12,
    controlZ: [0.5, 0.25],
    controlPinned: true,
    controlView: { centre: [-1, 0], scale: 6 },
    controlFrom: 0,
    controlTo: 9,
    controlLayers: { names: true, targets: false },
    controlOnly: [4, 9],
    classifyModel: "classifier-vae-2-w10",
    classifyZ: [4, 4],
    classifyPinned: true,
    classifyView: { centre: [3, 3], scale: 8 },
    classifyLayers: { regions: true },
    classifyOnly: [4, 9],
    dimensionsModel: "vae-10",
    dimensionsZ: [1, -0.25, 0, 2.125],
    dimensionsView: { centre: [0, 0.5], scale: 9 },
    numbersLayout: "tsne",
    numbersSize: 10,
    numbersLabel: 4,
    numbersOnly: [4, 9],
    numbersRuns: ["study-ae-2", "study-cvae-100"],
    numbersCurve: "reconstruction",
    numbersBeta: 5,
    numbersBetaView: { centre: [0.5, -0.25], scale: 2.5 },
    numbersDraws: 2,
    numbersAsked: 0,
    numbersInputs: "noise",
    dimensionsLabel: 3,
    dimensionsRows: "kinds",
    dimensionsLayers: { names: false },
    dimensionsTile: 3,
    dimensionsDraw: 0,
    dimensionsOnly: [4, 9],

    facesModel: "faces-vaegan",
    facesFace: "s42",
    facesMix: [1.5, 0, -2],
    facesVectors: "orthogonal",
    facesFirst: 0,
    facesSecond: -1,
    facesPlace: [0.5, -1.25],
    facesView: { centre: [0, 1], scale: 2 },
    facesHeld: [1, -0.5],
    facesOnly: [4, 9],
    facesLoupe: [0.5, 0.375],
    trainingModel: "vae-2",
    trainingFrame: 12,
    trainingView: { centre: [0, 0], scale: 3 },
    trainingOnly: [4, 9],
    labModel: "vae-100",
    labOther: "ae-100",
    labZ: Array.from({ length: 100 }, (_, i) => i / 8),
    labPinned: true,
    labView: { centre: [1, 1], scale: 1 },
    labLayers: { density: true },
    labOnly: [4, 9],
    labLabel: 5,
    labFrom: [0.123456, -7],
    labTo: [0, 0],
    labWay: "arc",
    labAt: 500,
    labOtherZ: [0.125, 1, -3],
    labOtherPinned: true,
    labOtherView: { centre: [2, 1], scale: 7 },
    labOtherLabel: 1,
    drawing: [[penPoint(0.2, 0.3, 0.5), penPoint(0.6, 0.7, 1)]],
    drawView: { centre: [0.5, 0.5], scale: 0.5 },
    drawLayers: { drawing: false },
    drawOnly: [4, 9],
    drawZ: [0.5, -0.125],
    smooth: true,
  };
  // A property that is at its default would not show that it is written.
  for (const [key, value] of Object.entries(state)) {
    expect(value).not.toEqual(DEFAULT_STATE[key as keyof PageState]);
  }
  expect(readState(writeState(state))).toEqual({ state, ignored: [] });
});

test("that nothing is chosen survives its link, too", () => {
  const state = { ...DEFAULT_STATE, numbersRuns: [] };
  expect(writeState(state)).toBe("#runs=none");
  expect(readState("#runs=none").state).toEqual(state);
});

test("a link of an interpolation that the page no longer has stays valid", () => {
  const state = { ...DEFAULT_STATE, smooth: true };
  expect(readState("#faces.from=here&faces.to=e3&faces.at=400&smooth=1")).toEqual({
    state,
    ignored: [],
  });
});

test("a page as it opens needs no hash", () => {
  expect(writeState(DEFAULT_STATE)).toBe("");
  expect(readState("")).toEqual({ state: DEFAULT_STATE, ignored: [] });
  expect(readState("#draw")).toEqual({ state: DEFAULT_STATE, ignored: [] });
});

test("a hostile or old hash is ignored by name and the rest is kept", () => {
  const { state, ignored } = readState(
    "#z=NaN,1&view=0,0,0&pin=yes&map=../x&labels=<img onerror=x>&lz=1e9,2&draw=!!!&bogus=1&smooth=1" +
      "&layers=a..b&shape.step=0.3&shape.digit=1e3&dims.z=1,,2&runs=a,,b&draws=0&at=%3Cb%3E&toString=1&only=3,,1",
  );
  expect(state).toEqual({ ...DEFAULT_STATE, smooth: true });
  expect(ignored).toEqual([
    "z",
    "view",
    "pin",
    "map",
    "labels",
    "lz",
    "draw",
    "bogus",
    "layers",
    "shape.step",
    "shape.digit",
    "dims.z",
    "runs",
    "draws",
    "at",
    "toString",
    "only",
  ]);
});

test("a point is rounded as its link will have it", () => {
  expect(roundVector([0.12345678, -2000])).toEqual([0.123457, -1000]);
  expect(roundVector([0.12345678, 0, -0.0001])).toEqual([0.123, 0, 0]);
});

test("every property belongs to a section, or to the whole page", () => {
  const sections =
    "hover autoencoders inside training draw shape labels control classify dimensions faces numbers lab";
  const keys = Object.keys(DEFAULT_STATE) as (keyof PageState)[];
  for (const key of keys) {
    for (const id of sectionsOf(key)) expect(sections.split(" "), key).toContain(id);
  }
  expect(keys.filter((key) => sectionsOf(key).length === 0)).toEqual([
    "section",
    "figure",
    "smooth",
  ]);
});

test("what differs between two links tells which sections show something else", () => {
  const { state } = readState("#z=1,2&ae.d=10&at=labels&lab.at=3");
  expect(changedSections(DEFAULT_STATE, state)).toEqual(["hover", "autoencoders", "lab"]);
  expect(changedSections(state, state)).toEqual([]);
});
