// The embedded figure "sliders": a slider for each latent, and the picture that they decode into.

import { html, render } from "lit";
import { type PageContext, sentence } from "../app/context";
import { latentsOf } from "../core/latent/latents";
import type { Model } from "../core/release/manifest";
import type { ImageView } from "../elements/image-view";
import "../elements/sliders/latent-sliders";
import type { LatentSliders } from "../elements/sliders/latent-sliders";
import { decoderInto, dressView, loadPart, required, showError } from "../figures/figure";
import { type Embedded, tellHost } from "./host-messages";

export function startSliders(context: PageContext, place: HTMLElement, model: Model): Embedded {
  const { state } = context;
  render(
    html`<div class="picture">
        <image-view name="embed-0" label=${`The picture that ${model.title} decodes`}></image-view>
      </div>
      <div class="place"><latent-sliders state="loading"></latent-sliders></div>`,
    place,
  );
  const view = required<ImageView>(place, "image-view");
  const sliders = required<LatentSliders>(place, "latent-sliders");
  const labels = [state.dimensionsLabel ?? state.labLabel ?? 0];
  const decode = decoderInto(context, [view]);
  const linked = state.dimensionsZ ?? state.labZ ?? state.z;
  let z = linked?.length === model.latent_size ? [...linked] : model.prepared.z;

  const moveTo = (to: readonly number[]): void => {
    z = [...to];
    decode({ model, z, labels });
    context.update({ dimensionsZ: z });
  };
  const fill = async (): Promise<void> => {
    try {
      sliders.latents = latentsOf(await context.document(model, "statistics"));
      await sliders.updateComplete;
      sliders.z = z;
    } catch (error) {
      showError([sliders], sentence(`The latents of ${model.id}`, error), () => void fill());
    }
  };
  dressView(view, model);
  void fill();
  void loadPart(context, model, "decoder", [view]).then(() => decode({ model, z, labels }));
  sliders.addEventListener("latent-change", ({ detail }) => {
    moveTo(detail.z);
    tellHost("z", { z: [...z] });
  });
  return {
    model,
    get z() {
      return z;
    },
    moveTo: (to) => {
      moveTo(to);
      sliders.z = to;
    },
  };
}
