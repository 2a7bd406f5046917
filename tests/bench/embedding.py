"""How fast hovering is in other hosts' pages and in JupyterLab, beside the page's own speed.

python -m tests.bench.embedding
"""

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Frame, Page, sync_playwright

from tests.bench.page import PROBE, ROOT, VIEWPORT, describe, quantiles, sweep
from tests.support.chromium import launch
from tests.support.jupyter import open_notebook
from tests.support.plain_host import PlainHost
from tests.support.server import Server

ROUNDS = 3
"""Each place is measured so often, in turn; the medians' own median counts."""

_FRAME = '<iframe src="{url}/embed/map?model=vae-2" width="900" height="620"></iframe>'
_ELEMENT = (
    '<script type="module" src="{url}/embed.js"></script>'
    '<latent-atlas src="{url}/models/" model="vae-2"></latent-atlas>'
)


def measure(models: Path) -> dict[str, float]:
    """Return medians and 95th percentiles (ms) from pointer event to digit, for each place."""
    with (
        tempfile.TemporaryDirectory() as folder,
        PlainHost(Path(folder)) as host,
        Server(models_dir=models, cors_origins=host.url) as server,
        sync_playwright() as playwright,
    ):
        addresses = {"own": server.url}
        for name, html in (("frame", _FRAME), ("element", _ELEMENT)):
            text = "<!doctype html>" + html.format(url=server.url)
            (Path(folder) / f"{name}.html").write_text(text)
            addresses[name] = f"{host.url}/{name}.html"
        browser = launch(playwright)
        try:
            rounds = []
            for index in range(ROUNDS):
                found: dict[str, float] = {}
                for name, url in addresses.items():
                    found |= _hover(browser, name, url)
                notebook = Path(folder) / f"notebook-{index}"
                notebook.mkdir()
                rounds.append(found | _hover_in_notebook(browser, models, notebook))
        finally:
            browser.close()
    return {
        f"embedded_{key}": sorted(numbers[key] for numbers in rounds)[ROUNDS // 2]
        for key in rounds[0]
        if not key.endswith("samples")
    }


def _hover_in_notebook(browser: Browser, models: Path, folder: Path) -> dict[str, float]:
    cell = f"import latent_atlas\nlatent_atlas.Widget({str(models)!r}, 'vae-2')"
    with open_notebook(browser, [cell], folder, PROBE) as lab:
        widget = lab.run(0).locator("latent-atlas")
        widget.locator("xpath=self::*[@state='ready']").wait_for()
        view = widget.locator("image-view[state=ready]").first
        view.evaluate("view => { view.name = 'embed-0'; }")
        figure = widget.locator("latent-map")
        figure.scroll_into_view_if_needed()
        sweep(lab.page, figure)
        return quantiles(lab.page, "embed-0", "notebook")


def _hover(browser: Browser, name: str, url: str) -> dict[str, float]:
    context = browser.new_context(viewport=VIEWPORT, service_workers="block")
    page = context.new_page()
    page.add_init_script(PROBE)
    page.goto(url)
    scope: Page | Frame = page
    image = "decoded"
    if name != "own":
        image = "embed-0"
        page.locator("iframe, latent-atlas").wait_for()
        scope = page.frames[1] if name == "frame" else page
    figure = scope.locator("#hover" if name == "own" else "body")
    figure.locator("latent-map[state=ready]").wait_for()
    view = figure.locator("image-view[state=ready]").first
    view.wait_for()
    if name == "element":
        view.evaluate("(view, name) => { view.name = name; }", image)
    sweep(page, figure.locator("latent-map"))
    numbers = quantiles(scope, image, name)
    context.close()
    return numbers


if __name__ == "__main__":
    print(describe(measure(ROOT / "static" / "models")))
