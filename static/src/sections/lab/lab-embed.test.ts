import { expect, test } from "vitest";
import { DEFAULT_STATE } from "../../core/link/url-state";
import type { Model } from "../../core/release/manifest";
import { embedCode } from "./lab-embed";

test("B24 the code for a frame names the model and what the bench shows, and nothing else", () => {
  const model = { id: "vae-2", title: 'A "VAE"' } as Model;
  const state = { ...DEFAULT_STATE, z: [9, 9] as [number, number], labZ: [0.4, -1.3] };
  expect(embedCode(model, state, "https://host/atlas/#at=lab", "")).toBe(
    '<iframe src="https://host/atlas/embed/map?model=vae-2#lab.z=0.4,-1.3" title="Latent Atlas: A &quot;VAE&quot;" width="900" height="620"></iframe>',
  );
});
