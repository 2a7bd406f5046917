// A Python program that runs a downloaded model as the page does, at the page's z.

import type { Model } from "./manifest";

/** Names under which the page saves a model's graphs. */
export const graphName = (model: Model, part: "decoder" | "encoder"): string =>
  `${model.id}-${part}.onnx`;

/** Columns of a line of numbers. */
const WIDEST = 88;

/**
 * Returns the program.
 *
 * It checks both files' sha256, decodes z, writes the PNG, and encodes that PNG, or the image that
 * it is given, if the encoder lies beside it.
 *
 * @param label the class that a conditioned model is asked for.
 * @param picture the PNG's name.
 */
export function pythonSnippet(
  model: Model,
  release: string,
  z: readonly number[],
  label: number,
  picture: string,
): string {
  const { decoder, encoder, condition, kind } = model;
  const [decoderName, encoderName] = [graphName(model, "decoder"), graphName(model, "encoder")];
  const classifies = kind === "classifier-vae";
  const isConditioned = condition !== "none";
  const className = ascii(model.class_names[label] ?? String(label));
  return `# pip install numpy onnxruntime pillow
# ${ascii(model.title)}: ${model.id} of the Latent Atlas, release ${release}
import hashlib
import sys
from pathlib import Path

import numpy as np
import onnxruntime as ort
from PIL import Image

SHA256 = {
    "${decoderName}": "${decoder.sha256}",
${encoder === undefined ? "" : `    "${encoderName}": "${encoder.sha256}",\n`}}


def load(name):
    data = Path(name).read_bytes()
    if hashlib.sha256(data).hexdigest() != SHA256[name]:
        raise SystemExit(f"{name} is not the file of this release.")
    return ort.InferenceSession(data, providers=["CPUExecutionProvider"])


${vector(z)}
${isConditioned ? `label = np.eye(${model.classes}, dtype=np.float32)[[${label}]]  # one-hot: class ${className}\n` : ""}
# Decode: z -> image (1, C, H, W) in 0...1
outputs = ["image"${classifies ? ', "class_probability"' : ""}]
answers = load("${decoderName}").run(outputs, {"z": z${isConditioned ? ', "label": label' : ""}})
pixels = np.rint(255 * answers[0][0].transpose(1, 2, 0)).astype(np.uint8)
Image.fromarray(pixels.squeeze()).save("${picture}.png")
${classifies ? 'print("class probabilities", answers[1][0].round(4))\n' : ""}${encoder === undefined ? "" : encoding(model, picture)}`;
}

/** The part of the program that encodes, of a model that can. */
function encoding(model: Model, picture: string): string {
  const { condition, kind } = model;
  const { height, width, channels } = model.image;
  const encoderName = graphName(model, "encoder");
  const isPlain = kind === "ae";
  return `
# Encode: an image of ${width} x ${height}, as the model's own: light on black -> ${isPlain ? "mu" : "mu, logvar"}
if Path("${encoderName}").exists():
    path = sys.argv[1] if len(sys.argv) > 1 else "${picture}.png"
    picture = Image.open(path).convert("${channels === 1 ? "L" : "RGB"}").resize((${width}, ${height}))
    image = np.asarray(picture, np.float32).reshape(1, ${height}, ${width}, ${channels}) / 255
    feeds = {"image": image.transpose(0, 3, 1, 2)${condition === "both" ? ', "label": label' : ""}}
    encoder = load("${encoderName}")
${
  isPlain
    ? `    (mu,) = encoder.run(["mu"], feeds)
    print("mu", mu[0])`
    : `    mu, logvar = encoder.run(["mu", "logvar"], feeds)
    print("mu", mu[0], "sigma", np.exp(logvar[0] / 2))`
}
`;
}

/** z as an array (1, d), its numbers over several lines where there are many. */
function vector(z: readonly number[]): string {
  const short = `z = np.array([[${z.join(", ")}]], np.float32)`;
  if (short.length <= WIDEST) return short;
  const lines = `${z.join(", ")},`.match(/.{1,80},(?: |$)/g) ?? [];
  return `z = np.array([[\n${lines.map((line) => `    ${line.trim()}`).join("\n")}\n]], np.float32)`;
}

/** A title is the exporter's own text, perhaps a folder's name: no line break ends the comment. */
function ascii(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, " ");
}
