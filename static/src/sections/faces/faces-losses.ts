// The losses of section "faces" side by side: one face, reconstructed by each model, under a loupe.

import { settled } from "../../core/async/settled";
import { formatNumber } from "../../core/geometry/viewport";
import { squaredError } from "../../core/image/reconstruction";
import type { Model } from "../../core/release/manifest";
import { tryAgain } from "../../elements/again";
import "../../elements/image-loupe";
import { type PageContext, sentence } from "../../app/context";
import type { ImageLoupe, LoupePicture } from "../../elements/image-loupe";
import { required } from "../../figures/figure";
import type { FaceStudio } from "./faces-studio";

const REST_MS = 250;
/** Between eyes and mouth of a face that fills its frame. */
const MIDDLE = [0.5, 0.57] as const;

const picture = (name: string, rest: Partial<LoupePicture> = {}): LoupePicture => ({
  name,
  note: "",
  pixels: null,
  message: "",
  ...rest,
});

export function startLosses(context: PageContext, figure: HTMLElement, studio: FaceStudio): void {
  const loupe = required<ImageLoupe>(figure, "image-loupe");
  const names = (loupe.dataset.names ?? "").split(",");
  const models = (loupe.dataset.models ?? "").split(" ");
  loupe.centre = context.state.facesLoupe ?? MIDDLE;
  loupe.addEventListener("centre-change", ({ detail }) => {
    context.update({ facesLoupe: [detail.centre[0], detail.centre[1]] });
  });
  let asked = 0;
  const show = async (): Promise<void> => {
    const mine = ++asked;
    const { faces, source } = studio;
    if (faces === null) return;
    loupe.image = faces.model.image;
    // A draw is a reconstruction of nothing: then the last example stays, at first the first one.
    if (source.kind === "sample" && loupe.state === "ready") return;
    const index = source.kind === "example" ? source.index : 0;
    const photo = source.kind === "photo" ? studio.photo : null;
    const original = photo ?? faces.original(index);
    const note = photo ? "your picture" : `test face ${faces.examples.index[index]}`;
    if (loupe.state !== "ready") loupe.state = "loading";
    const pictures = await Promise.all(
      models.map(async (id, i) => {
        const name = names[i] ?? id;
        try {
          const pixels = await reconstruct(context, context.model(id), index, photo);
          const error = original && formatNumber(squaredError(original, pixels), 1);
          return picture(name, { pixels, note: error === null ? "" : `off by ${error}` });
        } catch (error) {
          tryAgain(loupe, () => void show());
          return picture(name, { message: sentence(id, error) });
        }
      }),
    );
    if (original !== null) pictures.unshift(picture("The face itself", { note, pixels: original }));
    if (mine === asked) loupe.pictures = pictures;
  };
  const rested = settled<void>(REST_MS, () => void show());
  studio.listen((change) => {
    // What is added to the face is of no matter here.
    if (change !== "mix") rested();
  });
  void show();
}

/** Decodes the μ of an example, or of the reader's own picture, which does not leave the browser. */
async function reconstruct(
  context: PageContext,
  model: Model,
  index: number,
  photo: Float32Array | null,
): Promise<Float32Array> {
  const { here, engine } = context;
  if (photo !== null) return here.decode(model, (await here.encode(model, photo)).mu);
  const { mu } = await context.document(model, "examples");
  return engine.decode(model, Float32Array.from(mu[index] ?? []));
}
