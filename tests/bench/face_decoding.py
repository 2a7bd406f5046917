"""How fast a face is decoded in a real Chromium, by the page's own worker, drawn frame by frame.

Times are from posting z to the end of the putImageData that draws the face; the next face is
asked for in the next frame, as while a slider is dragged.
"""

import json
import statistics
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.support.chromium import launch
from tests.support.reference import Reference
from tests.support.server import ROOT, Server

FACES = 300

# Notes the script of the worker that runs models.
_PROBE = """
window.Worker = class extends Worker {
  constructor(url, options) {
    super(url, options);
    if (/\\/worker-[\\w-]{8}\\.js/.test(url)) window.__script ??= String(url);
  }
};
"""

_DECODE = """async ([id, count]) => {
  const { models } = JSON.parse(document.querySelector("#manifest").textContent);
  const model = models.find((one) => one.id === id);
  const { height, width } = model.image;
  const worker = new Worker(window.__script, { type: "module" });
  const ask = (message) => new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => {
      if (data.kind === "done") resolve(data.result);
      if (data.kind === "failed") reject(new Error(data.message));
    };
    worker.postMessage({ model: id, call: 0, ...message });
  });
  await ask({ kind: "load", part: "decoder", introduced: model });
  // In the first section: at the end of the page two others would come to life meanwhile.
  const canvas = document.createElement("canvas");
  document.querySelector("#hover").prepend(canvas);
  [canvas.width, canvas.height] = [width, height];
  const face = new ImageData(width, height);
  const times = [];
  for (let i = 0; i < count; i++) {
    await new Promise(requestAnimationFrame);
    const z = Float32Array.from({ length: model.latent_size }, () => 2 * Math.random() - 1);
    const start = performance.now();
    const { images } = await ask({ kind: "decode", z });
    for (let p = 0; p < height * width; p++) {
      for (let c = 0; c < 3; c++) face.data[4 * p + c] = 255 * images[3 * p + c];
      face.data[4 * p + 3] = 255;
    }
    canvas.getContext("2d").putImageData(face, 0, 0);
    times.push(performance.now() - start);
  }
  worker.terminate();
  canvas.remove();
  return times;
}"""


def measure(models: Path, dataset: str = "avatars") -> dict[str, float]:
    """Return p50 and p95 of the slowest face model, in ms; nothing where the release has none."""
    faces = [m["id"] for m in Reference(models).manifest["models"] if m["dataset"] == dataset]
    if not faces:
        print(f"Faces are not measured: the release has no model of {dataset}.")
        return {}
    with Server(models_dir=models) as server, sync_playwright() as playwright:
        browser = launch(playwright)
        try:
            page = browser.new_context(service_workers="block").new_page()
            page.add_init_script(_PROBE)
            page.goto(server.url)
            page.wait_for_function("window.__script !== undefined")
            page.locator("#hover image-view[name=decoded][state=ready]").wait_for()
            p50, p95 = max((_quantiles(page, face) for face in faces), key=lambda pair: pair[1])
        finally:
            browser.close()
    return {"face_p50_ms": p50, "face_p95_ms": p95}


def _quantiles(page: Page, model: str) -> tuple[float, float]:
    times = sorted(page.evaluate(_DECODE, [model, FACES]))
    return statistics.median(times), times[int(0.95 * len(times))]


if __name__ == "__main__":
    print(json.dumps(measure(ROOT / "static" / "models"), indent=1))
