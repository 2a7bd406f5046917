import { expect, test } from "vitest";
import type { Model } from "./manifest";
import { pythonSnippet } from "./python-snippet";

const file = (sha256: string) => ({ url: "", sha256, bytes: 0 });
const vae = {
  id: "vae-2",
  title: "VAE,\ntwo latents",
  kind: "vae",
  condition: "none",
  classes: 10,
  class_names: [..."0123456789"],
  image: { height: 28, width: 28, channels: 1 },
  decoder: file("d".repeat(64)),
  encoder: file("e".repeat(64)),
} as Model;
const write = (model: Model, z: number[]): string => pythonSnippet(model, "abc", z, 7, "picture");

// That the programs run is tests/browser/test_lab.py's to see.
test("a program names its files, checks them, and has no label where there is none", () => {
  const text = write(vae, [0.42, -1.37]);
  expect(text).toContain("z = np.array([[0.42, -1.37]], np.float32)");
  expect(text).toContain(`"vae-2-decoder.onnx": "${"d".repeat(64)}"`);
  expect(text).toContain('.save("picture.png")');
  expect(text).not.toContain("label");
  expect(text.split("\n")[1]).toBe("# VAE, two latents: vae-2 of the Latent Atlas, release abc");
});

test("a told decoder gets its label, and only a told encoder, too", () => {
  const label = 'image.transpose(0, 3, 1, 2), "label": label';
  expect(write({ ...vae, condition: "both" }, [0, 0])).toContain(label);
  const decoder = write({ ...vae, condition: "decoder" }, [0, 0]);
  expect(decoder).toContain("[[7]]");
  expect(decoder).not.toContain(label);
});

test("an autoencoder has no logvar, a classifier tells its probabilities", () => {
  expect(write({ ...vae, kind: "ae" }, [0, 0])).not.toContain("logvar");
  expect(write({ ...vae, kind: "classifier-vae" }, [0, 0])).toContain('"class_probability"');
});

test("a hundred latents are all there, in lines one can read", () => {
  const z = Array.from({ length: 100 }, (_, i) => i / 8 - 5);
  const text = write(vae, z);
  const numbers = text.slice(text.indexOf("[[") + 2, text.indexOf("]]"));
  expect(numbers.split(",").slice(0, -1).map(Number)).toEqual(z);
  for (const line of numbers.split("\n")) expect(line.length).toBeLessThanOrEqual(88);
});
