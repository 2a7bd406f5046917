// Section "inside": μ, σ, ε and z of one image, and the terms of the loss as they are computed.

import "../../elements/reparameterization/reparameterization-diagram";
import { type PageContext, sentence } from "../../app/context";
import { leaveOut } from "../../app/notice";
import { latest } from "../../core/async/latest";
import { settled } from "../../core/async/settled";
import { formatPoint } from "../../core/geometry/viewport";
import { bernoulliCrossEntropy } from "../../core/image/reconstruction";
import { reparameterize, sigmaOf, sum } from "../../core/latent/posterior";
import { gaussian } from "../../core/latent/random";
import { roundVector } from "../../core/link/link-values";
import { imageSize, type Model } from "../../core/release/manifest";
import type { Report, Tiles } from "../../core/release/release";
import type { ImageView } from "../../elements/image-view";
import type { ReparameterizationDiagram } from "../../elements/reparameterization/reparameterization-diagram";
import { decoderInto, loadPart, required, showError } from "../../figures/figure";
import { DRAWS, type Estimate, InsideTerms, type Subject } from "./inside-terms";

const MODEL = "vae-2";
const SEED = 1;
/** The draws of the estimate come from a source of their own: moving ε leaves them as they are. */
const ESTIMATE_SEED = 2;
/** The pen's own work goes first; this section follows once the pen has rested. */
const PEN_RESTS_MS = 200;
/** Draws decoded in one call. */
const BATCH = 8;

export async function start(context: PageContext, section: HTMLElement): Promise<void> {
  const model = context.model(MODEL);
  const diagram = required<ReparameterizationDiagram>(section, "reparameterization-diagram");
  const input = required<ImageView>(section, "image-view[name=inside-input]");
  const decoded = required<ImageView>(section, "image-view[name=inside-decoded]");
  const numbers = required<HTMLOutputElement>(section, "output");
  const choices = Array.from(section.querySelectorAll<HTMLInputElement>("input[name=inside-tile]"));
  const own = required<HTMLInputElement>(section, "input[value=drawing]");
  const ownView = required<ImageView>(section, "image-view[name=inside-tile-drawing]");
  const tileViews = choices
    .filter((choice) => choice !== own)
    .map((choice) => required<ImageView>(choice.parentElement as HTMLElement, "image-view"));
  const terms = new InsideTerms(section);

  const views = [decoded, input, ...tileViews];
  let tiles: Tiles;
  let report: Report | null;
  try {
    [tiles, report] = await Promise.all([
      context.document(model, "tiles"),
      // Without it the class's mean is missing, and nothing else.
      context.document(model, "report").catch(() => null),
    ]);
  } catch (error) {
    showError(views, sentence("The test images", error));
    diagram.state = "empty";
    return;
  }
  const subjects = subjectsOf(tiles);
  let subject: Subject | null = null;
  let drawing: Subject | null = null;
  /** ε as a link has it, until there is an image whose noise it is. */
  let linked: readonly number[] | null = null;

  const decode = decoderInto(
    context,
    [decoded],
    () => true,
    ({ z }) => {
      numbers.value = `z = ${formatPoint([z[0] as number, z[1] as number], 3)}`;
      if (subject !== null && decoded.pixels !== null) terms.here(subject, decoded.pixels);
    },
  );
  const estimate = latest(
    (of: Subject) => estimateOf(context, model, of),
    (result, of) => {
      if (of === subject && result !== null) terms.estimated(of, result);
    },
    () => {}, // the picture beside it says what is wrong
  );

  const show = (next: Subject): void => {
    subject = next;
    diagram.mu = next.mu;
    diagram.sigma = next.sigma;
    const index = subjects.indexOf(next);
    input.pixels = next.pixels ?? tileViews[index]?.pixels ?? null;
    for (const choice of choices) {
      choice.checked = next.label === null ? choice === own : choice.value === String(next.label);
    }
    terms.show(next, report);
    if (linked !== null) {
      diagram.epsilon = linked;
      linked = null;
    }
    const epsilon =
      diagram.epsilon.length === next.mu.length ? diagram.epsilon : next.mu.map(() => 0);
    decode({ model, z: reparameterize(next.mu, next.sigma, epsilon) });
    if (next.pixels !== null) estimate(next);
  };
  /** What the link says, else the drawing, else the first test image. */
  const chosen = (): Subject | undefined =>
    subjects.find(({ label }) => label === context.state.insideTile) ?? drawing ?? subjects[0];

  const { insideTile, insideEpsilon } = context.state;
  if (insideTile !== null && !subjects.some(({ label }) => label === insideTile)) {
    leaveOut(context, "insideTile");
  }
  if (insideEpsilon?.length === model.latent_size) linked = insideEpsilon;
  else if (insideEpsilon !== null) leaveOut(context, "insideEpsilon");
  diagram.addEventListener("epsilon-change", ({ detail }) => {
    decode({ model, z: detail.z });
    context.update({ insideEpsilon: roundVector(detail.epsilon) });
  });
  for (const choice of choices) {
    choice.addEventListener("change", () => {
      context.update({ insideTile: choice === own ? null : Number(choice.value) });
      const next = chosen();
      if (next !== undefined) show(next);
    });
  }

  if (!(await loadPart(context, model, "decoder", views))) {
    diagram.state = "empty";
    return;
  }
  const images = await context.engine.decode(model, Float32Array.from(tiles.mu.flat()));
  const size = imageSize(model);
  for (const [i, view] of tileViews.entries()) {
    view.pixels = images.subarray(i * size, (i + 1) * size);
  }
  diagram.seed = SEED;

  const takeDrawing = async (): Promise<void> => {
    const { pixels } = context.drawing;
    const isNew = (): boolean => pixels === context.drawing.pixels; // not wiped, nor drawn on
    try {
      const { mu, logvar } = await context.drawingReconstructions.of(model);
      if (!isNew()) return;
      drawing = { mu: Array.from(mu), sigma: sigmaOf(logvar), label: null, pixels };
    } catch (error) {
      if (isNew()) showError([ownView], sentence(`The model ${model.id}`, error));
      return;
    }
    ownView.pixels = pixels;
    own.disabled = false;
    if (subject === null || subject.label === null || context.state.insideTile === null) {
      show(chosen() as Subject);
    }
  };
  const dropDrawing = (): void => {
    drawing = null;
    own.disabled = true;
    ownView.pixels = null;
    const next = chosen();
    if (subject?.label === null && next !== undefined) show(next);
  };
  const follow = settled(PEN_RESTS_MS, () => {
    if (context.drawing.isEmpty) dropDrawing();
    else void takeDrawing();
  });
  context.drawing.subscribe(follow);
  if (!context.drawing.isEmpty) await takeDrawing();
  const first = chosen();
  if (subject === null && first !== undefined) show(first);
}

function subjectsOf(tiles: Tiles): Subject[] {
  return tiles.labels.map((label, i) => ({
    mu: tiles.mu[i] as number[],
    sigma: tiles.sigma?.[i] as number[],
    label,
    pixels: null,
  }));
}

/** Averages −log p(x|z) over draws of q(z|x); in small batches, for a pen may be waiting. */
async function estimateOf(
  context: PageContext,
  model: Model,
  { mu, sigma, pixels }: Subject,
): Promise<Estimate | null> {
  if (pixels === null) return null;
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
