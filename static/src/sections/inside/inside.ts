// Section "inside": μ, σ, ε and z of one image, and the terms of the loss as they are computed.

import { persist } from "../../elements/again";
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
import type { ImageView } from "../../elements/image-view";
import type { ReparameterizationDiagram } from "../../elements/reparameterization/reparameterization-diagram";
import { Choice } from "../../figures/choices";
import { decoderInto, loadPart, required, showError } from "../../figures/figure";
import { DRAWS, type Estimate, InsideTerms, type Subject } from "./inside-terms";

const MODEL = "vae-2";
/** Another one than the diagram's: moving ε leaves the draws of the estimate as they are. */
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
  const own = required<HTMLInputElement>(section, "input[value=drawing]");
  const ownView = required<ImageView>(section, "image-view[name=inside-tile-drawing]");
  const tileViews = Array.from(
    section.querySelectorAll<ImageView>(".choice:not(:last-child) image-view"),
  );
  const terms = new InsideTerms(section);

  const views = [decoded, input, ...tileViews];
  const tiles = await persist(
    () => context.document(model, "tiles"),
    (error, again) => {
      diagram.state = "empty";
      showError(views, sentence("The test images", error), again);
    },
  );
  // Without it the class's mean is missing, and nothing else.
  const report = await context.document(model, "report").catch(() => null);
  const subjects = tiles.labels.map((label, i): Subject => {
    return {
      mu: tiles.mu[i] as number[],
      sigma: tiles.sigma?.[i] as number[],
      label,
      pixels: null,
    };
  });
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

  /** Only the drawing's pixels are known. */
  const explain = async (of: Subject): Promise<void> => {
    const posterior = await context.drawingReconstructions.explain(model);
    if (of !== subject || of.pixels !== context.drawing.pixels) return;
    if (posterior !== null) terms.explained(posterior);
  };

  const show = (next: Subject): void => {
    subject = next;
    diagram.mu = next.mu;
    diagram.sigma = next.sigma;
    const index = subjects.indexOf(next);
    input.pixels = next.pixels ?? tileViews[index]?.pixels ?? null;
    choice.value = String(next.label ?? own.value);
    terms.show(next, report);
    if (linked !== null) {
      diagram.epsilon = linked;
      linked = null;
    }
    const epsilon =
      diagram.epsilon.length === next.mu.length ? diagram.epsilon : next.mu.map(() => 0);
    decode({ model, z: reparameterize(next.mu, next.sigma, epsilon) });
    if (next.pixels === null) return;
    estimate(next);
    explain(next).catch(() => {}); // its rows stay empty; "draw" says why
  };
  /** What the link says, else the drawing, else the first test image. */
  const chosen = (): Subject =>
    subjects.find(({ label }) => label === context.state.insideTile) ??
    drawing ??
    (subjects[0] as Subject);
  const choice = new Choice(section, "[name=inside-tile]", (value) => {
    context.update({ insideTile: value === own.value ? null : Number(value) });
    show(chosen());
  });
  own.disabled = true;

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

  await loadPart(context, model, "decoder", views);
  const images = await persist(
    () => context.engine.decode(model, Float32Array.from(tiles.mu.flat())),
    (error, again) => {
      diagram.state = "empty";
      showError(views, sentence(`The model ${model.id}`, error), again);
    },
  );
  const size = imageSize(model);
  for (const [i, view] of tileViews.entries()) {
    view.pixels = images.subarray(i * size, (i + 1) * size);
  }

  const takeDrawing = async (): Promise<void> => {
    const { pixels, isEmpty } = context.drawing;
    const isCurrent = (): boolean => pixels === context.drawing.pixels; // not cleared, nor drawn on
    try {
      const answer = isEmpty ? null : await context.drawingReconstructions.of(model);
      if (!isCurrent()) return;
      drawing = answer && {
        mu: Array.from(answer.mu),
        sigma: sigmaOf(answer.logvar),
        label: null,
        pixels,
      };
    } catch (error) {
      if (isCurrent()) showError([ownView], sentence(`The model ${model.id}`, error));
      return;
    }
    own.disabled = drawing === null;
    ownView.pixels = drawing && pixels;
    if (subject === null || subject.label === null || context.state.insideTile === null) {
      show(chosen());
    }
  };
  context.drawing.subscribe(
    settled(PEN_RESTS_MS, () => void takeDrawing()),
    context.end,
  );
  await takeDrawing();
  if (subject === null) show(chosen()); // the drawing could not be encoded
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
