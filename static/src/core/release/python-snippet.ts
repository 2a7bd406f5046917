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
  const { height, width, channels } = model.image;
  const classifies = kind === "classifier-vae";
  const mode = channels === 1 ? "L" : "RGB";
  const isPlain = kind === "ae";
  const lines = [
    "# pip install numpy onnxruntime pillow",
    `# ${ascii(model.title)}: ${model.id} of the Latent Atlas, release ${release}`,
    "import hashlib",
    "import sys",
    "from pathlib import Path",
    "",
    "import numpy as np",
    "import onnxruntime as ort",
    "from PIL import Image",
    "",
    "SHA256 = {",
    `    "${graphName(model, "decoder")}": "${decoder.sha256}",`,
    `    "${graphName(model, "encoder")}": "${encoder.sha256}",`,
    "}",
    "",
    "",
    "def load(name):",
    "    data = Path(name).read_bytes()",
    "    if hashlib.sha256(data).hexdigest() != SHA256[name]:",
    '        raise SystemExit(f"{name} is not the file of this release.")',
    '    return ort.InferenceSession(data, providers=["CPUExecutionProvider"])',
    "",
    "",
    ...vector(z),
    ...(condition === "none"
      ? []
      : [
          `label = np.eye(${model.classes}, dtype=np.float32)[[${label}]]  # one-hot: class ${ascii(model.class_names[label] ?? String(label))}`,
        ]),
    "",
    "# Decode: z -> image (1, C, H, W) in 0...1",
    `outputs = ["image"${classifies ? ', "class_probability"' : ""}]`,
    `answers = load("${graphName(model, "decoder")}").run(outputs, {"z": z${condition === "none" ? "" : ', "label": label'}})`,
    "pixels = np.rint(255 * answers[0][0].transpose(1, 2, 0)).astype(np.uint8)",
    `Image.fromarray(pixels.squeeze()).save("${picture}.png")`,
    ...(classifies ? ['print("class probabilities", answers[1][0].round(4))'] : []),
    "",
    `# Encode: an image of ${width} x ${height}, as the model's own: light on black -> ${isPlain ? "mu" : "mu, logvar"}`,
    `if Path("${graphName(model, "encoder")}").exists():`,
    `    path = sys.argv[1] if len(sys.argv) > 1 else "${picture}.png"`,
    `    picture = Image.open(path).convert("${mode}").resize((${width}, ${height}))`,
    `    image = np.asarray(picture, np.float32).reshape(1, ${height}, ${width}, ${channels}) / 255`,
    `    feeds = {"image": image.transpose(0, 3, 1, 2)${condition === "both" ? ', "label": label' : ""}}`,
    `    encoder = load("${graphName(model, "encoder")}")`,
    ...(isPlain
      ? ['    (mu,) = encoder.run(["mu"], feeds)', '    print("mu", mu[0])']
      : [
          '    mu, logvar = encoder.run(["mu", "logvar"], feeds)',
          '    print("mu", mu[0], "sigma", np.exp(logvar[0] / 2))',
        ]),
    "",
  ];
  return lines.join("\n");
}

/** z as an array (1, d), its numbers over several lines where there are many. */
function vector(z: readonly number[]): string[] {
  const short = `z = np.array([[${z.join(", ")}]], np.float32)`;
  if (short.length <= WIDEST) return [short];
  const lines = ["z = np.array([["];
  let line = "   ";
  for (const value of z) {
    const next = ` ${value},`;
    if (line.length + next.length > WIDEST) {
      lines.push(line);
      line = "   ";
    }
    line += next;
  }
  return [...lines, line, "]], np.float32)"];
}

/** A title is the exporter's own text, perhaps a folder's name: no line break ends the comment. */
function ascii(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, " ");
}
