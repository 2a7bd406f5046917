import { expect, test } from "vitest";
import type { Model } from "../release/manifest";
import type { ClassRow, Statistics } from "../release/release";
import { FIRST_LAYERS, layersOf, shapesOf, switchedFrom } from "./map-layers";

const model = (kind: string, latent_size: number, more = {}): Model =>
  ({ kind, latent_size, ...more }) as Model;
const file = { url: "", sha256: "", bytes: 0 };

test("a model offers the layers it has, two offer what either has", () => {
  const common = ["points", "density", "names", "ellipses"];
  expect(layersOf(model("ae", 2))).toEqual([...common, "circle", "lattice"]);
  expect(layersOf(model("vae", 10))).toEqual([...common, "lattice"]);
  expect(layersOf(model("target-means-vae", 2))).toContain("targets");
  const both = layersOf(model("vae", 10), model("classifier-vae", 2, { regions: file }));
  expect(both).toEqual([
    ...["points", "density", "prior", "names", "regions", "ellipses", "circle", "lattice"],
    "quantiles",
  ]);
});

test("only a plane whose prior is N(0, I) has it as a layer, and quantiles", () => {
  for (const kind of ["vae", "lattice", "cvae"]) {
    expect(layersOf(model(kind, 2))).toEqual(expect.arrayContaining(["prior", "quantiles"]));
  }
  for (const other of [model("ae", 2), model("target-means-vae", 2), model("vae", 5)]) {
    expect(layersOf(other)).not.toContain("prior");
    expect(layersOf(other)).not.toContain("quantiles");
  }
});

const statistics = (rows: object[], more = {}): Statistics =>
  ({
    splits: { train: rows as ClassRow[] },
    circle: { coordinates: [0, 1], centre: [1, 2], radius: 3, share: 0.99 },
    ...more,
  }) as unknown as Statistics;
const spread = [
  [2, 0.5],
  [0.5, 1],
];

test("an ellipse is the aggregate posterior: the spread of mu, and sigma's", () => {
  const row = { label: 4, mean: [0, 1], covariance: spread, posterior_variance: [0.1, 0.2] };
  const shapes = shapesOf(model("vae", 2), statistics([row], { targets: [[7, 8]] }));
  expect(shapes.ellipses).toEqual([
    {
      label: 4,
      mean: [0, 1],
      covariance: [
        [2.1, 0.5],
        [0.5, 1.2],
      ],
    },
  ]);
  expect(shapes.circle).toEqual({ centre: [1, 2], radius: 3 });
  expect(shapes.targets).toEqual([[7, 8]]);
});

test("where d > 2 it lies on the map's plane, and the circle is not shown", () => {
  const plane = { mean: [3, 4], covariance: spread, posterior_covariance: spread };
  const told = shapesOf(model("vae", 5), statistics([{ label: 0, mean: [], plane }]));
  expect(told.ellipses[0]).toEqual({
    label: 0,
    mean: [3, 4],
    covariance: [
      [4, 1],
      [1, 2],
    ],
  });
  expect(told.circle).toBeNull();
  const { posterior_covariance: _, ...bare } = plane;
  const plain = shapesOf(model("ae", 5), statistics([{ label: 0, mean: [], plane: bare }]));
  expect(plain.ellipses[0]?.covariance).toEqual(spread);
});

test("only what was switched is kept", () => {
  expect(switchedFrom(FIRST_LAYERS, FIRST_LAYERS)).toBeNull();
  const on = { ...FIRST_LAYERS, density: true, points: false };
  expect(switchedFrom(FIRST_LAYERS, on)).toEqual({ density: true, points: false });
});
