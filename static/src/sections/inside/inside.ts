// Section "inside": μ, σ, ε and z of one image, and the terms of the loss as they are computed.

import "../../elements/reparameterization/reparameterization-diagram";
import { type PageContext, sentence } from "../../app/context";
import { leaveOut } from "../../app/notice";
import { latest } from "../../core/async/latest";
import { settled } from "../../core/async/settled";
import { formatPoint } from "../../core/geometry/viewport";
import { EXAMPLE_DIGITS } from "../../core/image/example-digits";
import { normalise } from "../../core/image/normalise";
import { bernoulliCrossEntropy } from "../../core/image/reconstruction";
import { reparameterize, sigmaOf, sum } from "../../core/latent/posterior";
import { gaussian } from "../../core/latent/random";
import { roundVector } from "../../core/link/link-values";
import { imageSize, type Model } from "../../core/release/manifest";
import type { ImageView } from "../../elements/image-view";
import type { ReparameterizationDiagram } from "../../elements/reparameterization/reparameterization-diagram";
import { Choice } from "../../figures/choices";
import { decoderInto, loadPart, required, showError } from "../../figures/figure";
import { writeSymbols } from "../../figures/symbol-colours";
import { InsideSteps } from "./inside-steps";
import { DRAWS, type Estimate, type Image, InsideTerms, type Subject } from "./inside-terms";

const MODEL = "vae-2";
/** The example that is shown before the reader has drawn or chosen one. */
const FIRST_DIGIT = 3;
/** Another one than the diagram's: moving ε leaves the samples of the estimate as they are. */
const ESTIMATE_SEED = 2;
/** The pen's own work goes first; this section follows once the pen has rested. */
const PEN_RESTS_MS = 200;
/** Samples decoded in one call. */
const BATCH = 8;
/** An integral that made room for another image's is asked for again, each time later. */
const AGAIN_MS = 1000;

export async function start(context: PageContext, section: HTMLElement): Promise<void> {
  const model = context.model(MODEL);
  const diagram = required<ReparameterizationDiagram>(section, "reparameterization-diagram");
  const input = required<ImageView>(section, "image-view[name=inside-input]");
  const decoded = required<ImageView>(section, "image-view[name=inside-decoded]");
  const numbers = required<HTMLOutputElement>(section, "figcaption output");
  const own = required<HTMLInputElement>(section, "input[value=drawing]");
  const ownView = required<ImageView>(section, "image-view[name=inside-tile-drawing]");
  const terms = new InsideTerms(section);
  const steps = new InsideSteps(section);
  const examples = EXAMPLE_DIGITS.map((strokes, label): Image => {
    const pixels = normalise(strokes);
    required<ImageView>(section, `image-view[name=inside-tile-${label}]`).pixels = pixels;
    return { label, pixels };
  });
  let image: Image | null = null;
  let subject: Subject | null = null;
  let drawing: Image | null = null;
  /** ε as a link has it, until there is an image whose noise it is. */
  let linked: readonly number[] | null = null;

  const decode = decoderInto(
    context,
    [decoded],
    () => true,
    ({ z }) => {
      writeSymbols(numbers, `z = ${formatPoint([z[0] as number, z[1] as number], 3)}`);
      if (subject === null || decoded.pixels === null) return;
      terms.here(subject, decoded.pixels);
      steps.decoded(subject, decoded.pixels);
    },
  );
  const encode = latest(
    async (of: Image): Promise<Subject> => {
      const { mu, logvar } =
        of.label === null
          ? await context.drawingReconstructions.of(model)
          : await context.engine.reconstruct(model, of.pixels);
      return { ...of, mu: Array.from(mu), sigma: sigmaOf(logvar) };
    },
    (found, of) => {
      if (of === image) show(found);
    },
    (error, of) => {
      if (of !== image) return;
      if (subject === null) diagram.state = "empty";
      showError([decoded], sentence(`The model ${model.id}`, error), () => encode(of));
    },
  );
  const estimate = latest(
    (of: Subject) => estimateOf(context, model, of),
    (result, of) => {
      if (of !== subject) return;
      terms.estimated(result);
      void explain(of, AGAIN_MS);
    },
    () => {}, // the picture beside it says what is wrong
  );
  /** Its rows stay empty where it cannot be had; "draw" says why. */
  const explain = async (of: Subject, later: number): Promise<void> => {
    const { mu, sigma, pixels } = of;
    const posterior = await (of.label === null
      ? context.drawingReconstructions.explain(model)
      : context.engine.explain(model, pixels, { mu, sigma })
    ).catch(() => undefined);
    if (of !== subject || posterior === undefined || context.end.aborted) return;
    if (posterior !== null) terms.explained(posterior);
    else setTimeout(() => of === subject && void explain(of, 2 * later), later);
  };

  const show = (next: Subject): void => {
    subject = next;
    diagram.mu = next.mu;
    diagram.sigma = next.sigma;
    terms.show(next);
    if (linked !== null) {
      diagram.epsilon = linked;
      linked = null;
    }
    const epsilon =
      diagram.epsilon.length === next.mu.length ? diagram.epsilon : next.mu.map(() => 0);
    steps.show(next, epsilon);
    decode({ model, z: reparameterize(next.mu, next.sigma, epsilon) });
    estimate(next);
  };
  /** What the link says, else the drawing, else an example. */
  const chosen = (): Image =>
    examples[context.state.insideTile ?? -1] ?? drawing ?? (examples[FIRST_DIGIT] as Image);
  const take = (next: Image): void => {
    if (next === image) return;
    image = next;
    input.pixels = next.pixels;
    choice.value = String(next.label ?? own.value);
    encode(next);
  };
  const choice = new Choice(section, "[name=inside-tile]", (value) => {
    context.update({ insideTile: value === own.value ? null : Number(value) });
    take(chosen());
  });
  own.disabled = true;

  const { insideTile, insideEpsilon } = context.state;
  if (insideTile !== null && examples[insideTile] === undefined) leaveOut(context, "insideTile");
  if (insideEpsilon?.length === model.latent_size) linked = insideEpsilon;
  else if (insideEpsilon !== null) leaveOut(context, "insideEpsilon");
  diagram.addEventListener("epsilon-change", ({ detail }) => {
    if (subject !== null) steps.show(subject, detail.epsilon);
    decode({ model, z: detail.z });
    context.update({ insideEpsilon: roundVector(detail.epsilon) });
  });

  const takeDrawing = (): void => {
    const { pixels, isEmpty } = context.drawing;
    if (pixels !== drawing?.pixels) drawing = isEmpty ? null : { label: null, pixels };
    own.disabled = drawing === null;
    ownView.pixels = drawing && pixels;
    if (image === null || image.label === null || context.state.insideTile === null) take(chosen());
  };
  context.drawing.subscribe(
    settled(PEN_RESTS_MS, () => takeDrawing()),
    context.end,
  );
  takeDrawing();
  await loadPart(context, model, "decoder", [decoded]);
}

/** Averages −log p(x|z) over samples of q(z|x); in small batches, for a pen may be waiting. */
async function estimateOf(
  context: PageContext,
  model: Model,
  { mu, sigma, pixels }: Subject,
): Promise<Estimate> {
  const noise = gaussian(ESTIMATE_SEED);
  const size = imageSize(model);
  const nats: number[] = [];
  while (nats.length < DRAWS) {
    const z = Array.from({ length: BATCH }, () => reparameterize(mu, sigma, mu.map(noise)));
    const images = await context.engine.decode(model, Float32Array.from(z.flat()));
    for (let i = 0; i < BATCH; i++) {
      nats.push(bernoulliCrossEntropy(pixels, images.subarray(i * size, (i + 1) * size)));
    }
  }
  const mean = sum(nats) / nats.length;
  const variance = sum(nats.map((value) => (value - mean) ** 2)) / (nats.length - 1);
  return { mean, error: Math.sqrt(variance / nats.length) };
}
