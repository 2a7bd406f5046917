"""Section "inside": μ, σ, ε and z of one image, and the terms of the loss, against numpy's own."""

import json
import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator

from tests.browser.conftest import OpenAtlas
from tests.support.atlas import Atlas
from tests.support.plane_truth import elbo_of, log_joint_of, plane_truth
from tests.support.reference import Reference

# The letter A: as the pad writes strokes into a link.
DRAWING = "Mz3CggAHrgzM3Cg.T1mZgsKmZg"
SLOW = 60.0
"""Seconds that a section may take to come up on a busy machine."""

_STATE = """diagram => ({
  mu: [...diagram.mu], sigma: [...diagram.sigma], epsilon: [...diagram.epsilon], z: diagram.z,
})"""

# Counts the pictures that the drawing's own tile is given.
_NOTE_WHAT_THE_TILE_SHOWS = """() => {
  window.__shown = 0;
  const tile = document.querySelector("image-view[name=inside-tile-drawing]");
  const { get, set } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(tile), "pixels");
  Object.defineProperty(tile, "pixels", {
    get() { return get.call(this); },
    set(pixels) {
      if (pixels !== null) __shown++;
      set.call(this, pixels);
    },
  });
}"""


def enter(atlas: Atlas) -> Locator:
    """Scroll to the section, wait until it decodes, and return its diagram."""
    atlas.page.locator("#inside").evaluate("s => s.scrollIntoView({behavior: 'instant'})")
    diagram = atlas.page.locator("#inside reparameterization-diagram")
    atlas.page.locator("#inside reparameterization-diagram[state=ready]").wait_for(
        timeout=1000 * SLOW
    )
    atlas.page.locator("image-view[name=inside-decoded][state=ready]").wait_for()
    return diagram


def posterior_of(
    atlas: Atlas, reference: Reference, name: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return an image that is shown, and the μ and σ that the encoder gives it."""
    x = atlas.pixels(name)
    assert x is not None
    mu, logvar = reference.encode("vae-2", x)
    return x, mu[0].astype(float), np.exp(logvar[0].astype(float) / 2)


def choose(atlas: Atlas, value: str) -> None:
    atlas.page.locator(f"input[name=inside-tile][value='{value}']").check(force=True)


def number(text: str) -> float:
    return float(text.split("±")[0].replace("−", "-"))


def expect_z_and_its_image(atlas: Atlas, reference: Reference, diagram: Locator) -> dict[str, Any]:
    state: dict[str, Any] = diagram.evaluate(_STATE)
    mu, sigma, epsilon = (np.array(state[name]) for name in ("mu", "sigma", "epsilon"))
    assert state["z"] == pytest.approx(mu + sigma * epsilon, abs=1e-9)
    atlas.expect_image("inside-decoded", reference.decode("vae-2", [state["z"]])[0], 5e-4)

    def is_said() -> bool:
        said = atlas.page.locator("#inside figcaption output").inner_text()
        numbers = [float(part.replace("−", "-")) for part in said.split("(")[1][:-1].split(", ")]
        return numbers == pytest.approx(state["z"], abs=6e-4)

    # A small step may leave the picture as good as it was: only the numbers tell that it has come.
    atlas.until(is_said, "the output is of another z")
    return state


def test_S3_5_mu_sigma_epsilon_and_z_are_those_of_the_image(
    atlas: Atlas, reference: Reference
) -> None:
    diagram = enter(atlas)
    document = json.loads(reference.read(reference.model("vae-2")["statistics"]))
    for label in (4, 9):
        choose(atlas, str(label))
        # x is a drawing, and no decoding: it is the same as on its tile.
        x, mu, sigma = posterior_of(atlas, reference, f"inside-tile-{label}")
        assert x.max() > 0.9
        atlas.expect_image("inside-input", x, 0)
        assert np.abs(reference.decode("vae-2", [mu.tolist()])[0] - x).max() > 0.3
        atlas.until(lambda mu=mu: diagram.evaluate(_STATE)["mu"] == pytest.approx(mu, abs=1e-3))
        state = expect_z_and_its_image(atlas, reference, diagram)
        assert state["sigma"] == pytest.approx(sigma, rel=1e-3)
        # Its class is the one that its encoding is nearest to.
        rows = document["splits"]["train"]
        off = [np.array(row["mean"]) - mu for row in rows]
        far = [
            d @ np.linalg.solve(np.array(row["covariance"]), d)
            for d, row in zip(off, rows, strict=True)
        ]
        assert int(np.argmin(far)) == label

        # Sampling again moves z, and the picture with it.
        atlas.page.get_by_role("button", name="Sample again").click()
        again = expect_z_and_its_image(atlas, reference, diagram)
        assert again["epsilon"] != state["epsilon"]

        # By keyboard: a slider's arrow moves its own ε by a hundredth, End to four.
        slider = diagram.get_by_role("slider").nth(1)
        slider.press("ArrowRight")
        moved = expect_z_and_its_image(atlas, reference, diagram)
        assert moved["epsilon"][0] == again["epsilon"][0]
        assert moved["epsilon"][1] == pytest.approx(again["epsilon"][1] + 0.01, abs=0.006)
        slider.press("End")
        assert expect_z_and_its_image(atlas, reference, diagram)["epsilon"][1] == 4
        # The gradient's factor is the noise itself.
        noise = f"{moved['epsilon'][0]:.2f}".replace("-", "−")
        assert f"ε = {noise}" in diagram.locator("text.factor.sigma").text_content()
    # The link keeps the choice.
    atlas.until(lambda: "inside=9" in atlas.page.evaluate("location.hash"))
    linked = Atlas(atlas.page.context.new_page(), atlas.url).open("#inside=9")
    assert enter(linked).evaluate(_STATE)["mu"] == pytest.approx(state["mu"], abs=1e-4)


def test_S3_5_the_bells_are_to_scale_and_the_draws_are_gaussian(
    atlas: Atlas, reference: Reference
) -> None:
    diagram = enter(atlas)
    choose(atlas, "8")
    _, means, deviations = posterior_of(atlas, reference, "inside-tile-8")
    atlas.until(lambda: diagram.evaluate(_STATE)["mu"] == pytest.approx(means, abs=1e-3))
    boxes = diagram.evaluate(
        """async diagram => {
          diagram.sample();
          await diagram.updateComplete;
          const box = node => { const b = node.getBBox(); return [b.x, b.width]; };
          return [...diagram.shadowRoot.querySelectorAll(".latent")].map(latent => ({
            prior: box(latent.querySelector(".prior")),
            needle: box(latent.querySelector(".needle")),
            bell: box(latent.querySelector(".posterior:not(.needle)")),
            draw: latent.querySelector("circle.draw").cx.baseVal.value,
            thumb: latent.querySelector("input").getBoundingClientRect().toJSON(),
            plot: latent.querySelector("svg").getBoundingClientRect().toJSON(),
            slider: Number(latent.querySelector("input").value),
          }));
        }"""
    )
    epsilon = diagram.evaluate(_STATE)["epsilon"]
    for j, latent in enumerate(boxes):
        mu, sigma = means[j], deviations[j]
        # Both outlines reach to four standard deviations, on one axis.
        start, width = latent["prior"]
        assert latent["needle"][1] / width == pytest.approx(sigma, rel=0.03)
        middle = latent["needle"][0] + latent["needle"][1] / 2
        assert (middle - start) / width * 8 - 4 == pytest.approx(mu, abs=0.02)
        # The draw's mark and the slider's thumb stand at ε.
        start, width = latent["bell"]
        assert (latent["draw"] - start) / width * 8 - 4 == pytest.approx(epsilon[j], abs=0.01)
        assert latent["slider"] == pytest.approx(epsilon[j], abs=0.006)
        box, plot = latent["thumb"], latent["plot"]
        thumb = box["x"] + 10 + (box["width"] - 20) * (latent["slider"] + 4) / 8
        assert thumb == pytest.approx(plot["x"] + latent["draw"] * plot["width"] / 340, abs=1)
    draws = np.array(
        diagram.evaluate(
            """diagram => Array.from({ length: 1500 }, () => {
              diagram.sample();
              return [...diagram.epsilon];
            })"""
        )
    )
    assert np.abs(draws.mean(0)).max() < 0.1
    assert draws.std(0) == pytest.approx([1, 1], abs=0.08)
    assert abs(np.corrcoef(draws.T)[0, 1]) < 0.1


def cells(atlas: Atlas, term: str) -> str:
    return atlas.page.locator(f"#inside [data-terms=elbo] [data-term={term}]").inner_text()


def kl_of(mu: np.ndarray, sigma: np.ndarray) -> np.ndarray:
    kl: np.ndarray = 0.5 * (mu**2 + sigma**2 - 1 - np.log(sigma**2))
    return kl


def nats(x: np.ndarray, p: np.ndarray) -> np.ndarray:
    """−log p(x | p) of each row of p, in float64."""
    p = np.clip(p.astype(np.float64), 1e-30, 1 - 2**-25)
    total: np.ndarray = -(x * np.log(p) + (1 - x) * np.log(1 - p)).sum(-1)
    return total


def test_B4_every_term_and_every_step_is_live_for_an_example(
    atlas: Atlas, reference: Reference
) -> None:
    diagram = enter(atlas)
    report = json.loads(reference.read(reference.model("vae-2")["report"]))
    for label in (1, 6):
        choose(atlas, str(label))
        x, mu, sigma = posterior_of(atlas, reference, f"inside-tile-{label}")
        atlas.until(lambda mu=mu: diagram.evaluate(_STATE)["mu"] == pytest.approx(mu, abs=1e-3))
        for j, row in enumerate(atlas.page.locator("#inside tr[data-latent]").all()):
            found = [number(text) for text in row.locator("td").all_inner_texts()]
            expected = [mu[j] ** 2, sigma[j] ** 2, -np.log(sigma[j] ** 2), kl_of(mu, sigma)[j]]
            assert found == pytest.approx(expected, abs=0.01)
        kl = kl_of(mu, sigma).sum()
        assert number(cells(atlas, "kl")) == pytest.approx(kl, abs=0.02)
        state = expect_z_and_its_image(atlas, reference, diagram)
        here = nats(x, reference.decode("vae-2", [state["z"]]))[0]
        atlas.until(lambda here=here: number(cells(atlas, "here")) == pytest.approx(here, rel=5e-3))
        # The steps say the same; each opens to its arithmetic and its line of PyTorch.
        loss = atlas.page.locator("#inside [data-step=loss]")
        said = loss.locator(".result").inner_text().removesuffix(" nats")
        assert number(said) == pytest.approx(here + kl, rel=5e-3)
        for term in ("reconstruction", "elbo", "exact", "gap"):
            atlas.until(lambda term=term: cells(atlas, term) != "–", seconds=SLOW)
    for step in atlas.page.locator("#inside .step").all():
        step.locator("summary").click()
        assert re.search(r"\d", step.locator(".work").inner_text())
        assert re.search(r"[=.]", step.locator("code").inner_text())
    # One colour a symbol: in the read-out, the program, the formula and the diagram.
    colours = atlas.page.evaluate(
        """() => {
          const section = document.querySelector("#inside");
          const diagram = section.querySelector("reparameterization-diagram").shadowRoot;
          return [section.querySelector(".result .of-mu"), section.querySelector("code .of-mu"),
            section.querySelector("mi.of-mu"), diagram.querySelector(".given .of-mu"),
          ].map(element => getComputedStyle(element).color);
        }"""
    )
    assert len(set(colours)) == 1
    # The test set's terms are all sampled ones: they add up to its ELBO.
    rows = atlas.page.locator("#inside [data-terms=elbo] tbody tr").all()
    reconstruction, kl, elbo = (number(row.locator("td").nth(1).inner_text()) for row in rows[1:4])
    assert -reconstruction - kl == pytest.approx(elbo, abs=0.16)
    assert elbo == pytest.approx(report["test"]["elbo"], abs=0.06)
    assert atlas.page.locator("#inside input[value=drawing]").is_disabled()


def test_B4_every_term_of_the_bound_is_live_for_a_drawing(
    open_atlas: OpenAtlas, reference: Reference
) -> None:
    atlas = open_atlas(f"#draw={DRAWING}", viewport={"width": 390, "height": 844})
    diagram = enter(atlas)
    assert atlas.page.locator("#inside input[value=drawing]").is_checked()
    # A drawing that appears here must not move the page: the pen is at work further down.
    heights = []
    for choice in ("1", "drawing"):
        choose(atlas, choice)
        heights.append(atlas.page.locator("#inside").evaluate("s => s.offsetHeight"))
    assert heights[0] == heights[1]
    atlas.page.get_by_role("button", name="Sample again").click()
    state = expect_z_and_its_image(atlas, reference, diagram)
    x = atlas.pixels("inside-input")
    assert x is not None
    mu, logvar = reference.encode("vae-2", x)
    assert state["mu"] == pytest.approx(mu[0], abs=1e-3)
    sigma = np.exp(logvar[0] / 2)
    assert state["sigma"] == pytest.approx(sigma, rel=1e-3)

    here = nats(x, reference.decode("vae-2", [state["z"]]))[0]
    atlas.until(lambda: cells(atlas, "here") != "–")
    assert number(cells(atlas, "here")) == pytest.approx(here, rel=2e-3)
    atlas.until(lambda: "±" in cells(atlas, "elbo"))
    z = mu + sigma * np.random.default_rng(0).normal(size=(2000, 2))
    mean = nats(x, reference.decode("vae-2", z)).mean()
    error = float(cells(atlas, "reconstruction").split("±")[1])
    assert number(cells(atlas, "reconstruction")) == pytest.approx(mean, abs=4 * error + 0.5)
    # Beside it, the log-likelihood itself, and its gap to the bound without an error of draws.
    atlas.until(lambda: cells(atlas, "gap") != "–")
    joint = log_joint_of(reference, "vae-2", x)
    exact = plane_truth(joint).log_likelihood
    assert number(cells(atlas, "exact")) == pytest.approx(exact, abs=0.12)
    gap = exact - elbo_of(joint, mu[0].astype(float), np.diag(sigma.astype(float) ** 2))
    assert number(cells(atlas, "gap")) == pytest.approx(gap, abs=0.15)
    bound = -number(cells(atlas, "reconstruction")) - kl_of(mu[0], sigma).sum()
    assert number(cells(atlas, "elbo")) == pytest.approx(bound, abs=0.12)


def test_B4_a_drawing_that_was_wiped_meanwhile_does_not_come_back(
    open_atlas: OpenAtlas, reference: Reference
) -> None:
    atlas = open_atlas()
    atlas.page.clock.install()
    held: list[Any] = []
    encoder = reference.model("vae-2")["encoder"]["url"]
    atlas.page.route(f"**/{encoder}", lambda route: held.append(route))
    atlas.page.locator("#inside").evaluate("s => s.scrollIntoView({behavior: 'instant'})")
    atlas.page.locator("image-view[name=inside-input][state=ready]").wait_for()
    atlas.page.locator("#draw").evaluate("s => s.scrollIntoView({behavior: 'instant'})")
    pad = atlas.page.locator("#draw drawing-pad")

    def take(example: str) -> None:
        def is_taken() -> bool:
            atlas.page.locator(f"#draw [data-example={example}]").click()
            return bool(pad.evaluate("pad => pad.strokes.length > 0"))

        atlas.until(is_taken)  # more than once where the section's script is still on its way

    take("face")
    atlas.until(lambda: held, seconds=SLOW)
    # Longer than the pen is waited for: by then this section has asked as well.
    atlas.page.clock.fast_forward(500)
    atlas.page.evaluate(_NOTE_WHAT_THE_TILE_SHOWS)
    pad.get_by_role("button", name="Clear").click()
    atlas.page.clock.fast_forward(500)
    for route in held:
        route.continue_()
    # Its answer comes, and is nobody's any more.
    atlas.page.locator("#draw latent-map[state=ready]").wait_for(timeout=1000 * SLOW)
    own = atlas.page.locator("#inside input[value=drawing]")
    assert own.is_disabled()
    assert atlas.pixels("inside-tile-drawing") is None
    # The next drawing's is taken.
    take("three")
    atlas.until(own.is_enabled, seconds=SLOW)
    three = atlas.pixels("input")
    assert three is not None
    assert np.array_equal(atlas.pixels("inside-tile-drawing"), three)
    # The worker answers in turn: the face's answer has come long before, and was not shown.
    assert atlas.page.evaluate("__shown") == 1
