// The losses of section "faces" side by side: one face, reconstructed by each model, under a loupe.

import { settled } from "../../core/async/settled";
import { formatNumber } from "../../core/geometry/viewport";
import { squaredError } from "../../core/image/reconstruction";
import type { Model } from "../../core/release/manifest";
import "../../elements/image-loupe";
import { type PageContext, sentence } from "../../app/context";
import type { ImageLoupe, LoupePicture } from "../../elements/image-loupe";
import { required } from "../../figures/figure";
import type { FaceStudio } from "./faces-studio";

const REST_MS = 250;
/** Between eyes and mouth of a face that fills its frame. */
const MIDDLE = [0.5, 0.57] as const;

/** Puts up the names of the pictures to come, whose places take their room. */
export function reserveLosses(loupe: ImageLoupe): void {
  const names = (loupe.dataset.names ?? "").split(",");
  const models = (loupe.dataset.models ?? "").split(" ");
  const originals = loupe.classList.contains(`of-${models.length}`) ? [] : ["The face itself"];
  loupe.pictures = [...originals, ...names].map((name) => ({
    name,
    note: "",
    pixels: null,
    message: "",
  }));
}

export function startLosses(context: PageContext, figure: HTMLElement, studio: FaceStudio): void {
  const loupe = required<ImageLoupe>(figure, "image-loupe");
  const models = (loupe.dataset.models ?? "").split(" ").flatMap((id) => context.find(id) ?? []);
  const names = (loupe.dataset.names ?? "").split(",");
  loupe.centre = context.state.facesLoupe ?? MIDDLE;
  loupe.addEventListener("centre-change", ({ detail }) => {
    context.update({ facesLoupe: [detail.centre[0], detail.centre[1]] });
  });
  let asked = 0;
  const show = async (): Promise<void> => {
    const mine = ++asked;
    const { faces, source, photo } = studio;
    if (faces === null) return;
    loupe.image = faces.model.image;
    // A draw is a reconstruction of nothing: then the last example stays, at first the first one.
    if (source.kind === "sample" && loupe.state === "ready") return;
    const index = source.kind === "example" ? source.index : 0;
    const original = source.kind === "photo" ? photo : faces.original(index);
    const about =
      source.kind === "photo" ? "your picture" : `test face ${faces.examples.index[index]}`;
    const first: LoupePicture[] =
      original === null
        ? []
        : [{ name: "The face itself", note: about, pixels: original, message: "" }];
    if (loupe.state !== "ready") loupe.state = "loading";
    const rest = await Promise.all(
      models.map((model, i) =>
        reconstruct(studio, model, index, source.kind === "photo" ? photo : null).then(
          (pixels): LoupePicture => ({
            name: names[i] ?? model.title,
            note:
              original === null ? "" : `off by ${formatNumber(squaredError(original, pixels), 1)}`,
            pixels,
            message: "",
          }),
          (error: unknown): LoupePicture => ({
            name: names[i] ?? model.title,
            note: "",
            pixels: null,
            message: sentence(model.id, error),
          }),
        ),
      ),
    );
    if (mine === asked) loupe.pictures = [...first, ...rest];
  };
  const rested = settled(REST_MS, () => void show());
  studio.listen((change) => {
    // What is added to the face is of no matter here.
    if (change !== "mix") rested(undefined);
  });
  void show();
}

/** Decodes the μ of an example, or of the reader's own picture, which does not leave the browser. */
async function reconstruct(
  studio: FaceStudio,
  model: Model,
  index: number,
  photo: Float32Array | null,
): Promise<Float32Array> {
  if (photo !== null) {
    const { here } = studio.context;
    const { mu } = await here.encode(model, photo);
    return here.decode(model, mu);
  }
  const faces = await studio.know(model);
  const mu = faces.z({ kind: "example", index }) ?? [];
  return studio.context.engine.decode(model, Float32Array.from(mu));
}
