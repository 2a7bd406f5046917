"""The page as a whole: isolated, within its policy, at every width, in every colour scheme."""

import numpy as np
import pytest

from tests.browser.conftest import OpenAtlas, Watch
from tests.support.atlas import SECTIONS, Atlas
from tests.support.axe import violations
from tests.support.reference import Reference
from tests.support.scatter import POINTS_ALONE, classify

WIDTHS = (360, 390, 820, 1440, 1920, 2560)

# Whatever is seen outside the window's width, but for what a scrolling box holds.
_OUTSIDE = """() => {
  const outside = [];
  const visit = root => {
    for (const node of root.querySelectorAll("*")) {
      const { left, right, width } = node.getBoundingClientRect();
      const skipped = node.closest(".skip, .spoken, .scroll, nav, svg, .marks, .picture, .bitmap");
      if (width > 0 && !skipped && (left < -1 || right > innerWidth + 1))
        outside.push(`${node.localName}.${node.className} ${left} ${right}`);
      if (node.shadowRoot) visit(node.shadowRoot);
    }
  };
  visit(document);
  if (document.documentElement.scrollWidth > innerWidth) outside.push("the page scrolls sideways");
  return outside;
}"""


def enter_all(atlas: Atlas) -> Atlas:
    for section in SECTIONS:
        atlas.enter(section)
    return atlas


def luminance(picture: np.ndarray) -> float:
    return float(np.median(picture @ np.array([0.2126, 0.7152, 0.0722])))


def test_the_page_is_isolated_and_its_policy_holds(open_atlas: OpenAtlas) -> None:
    # Every test here fails on a violation; this one uses all sections and then tries some.
    atlas = enter_all(open_atlas())
    assert atlas.page.evaluate("crossOriginIsolated") is True
    headers = atlas.page.request.get(atlas.url).headers
    assert "unsafe-inline" not in headers["content-security-policy"]
    assert "'unsafe-eval'" not in headers["content-security-policy"]


def test_the_policy_refuses_eval_and_inline_script(atlas: Atlas, watch: Watch) -> None:
    watch.expect("Content Security Policy", "policy violation")
    refused = atlas.page.evaluate(
        """async () => {
          // In a timer, because what a debugger evaluates may itself evaluate.
          const evaluated = await new Promise(resolve => setTimeout(() => {
            try { resolve((0, eval)("true")); } catch { resolve(false); }
          }));
          if (evaluated) return false;
          const script = document.createElement("script");
          script.textContent = "window.injected = true";
          document.body.append(script);
          return window.injected === undefined;
        }"""
    )
    assert refused
    atlas.until(lambda: any("policy violation" in fault for fault in watch.faults))


def test_nothing_is_cut_off_or_overflows_at_any_width(atlas: Atlas) -> None:
    enter_all(atlas)
    for width in WIDTHS:
        atlas.page.set_viewport_size({"width": width, "height": 900})
        atlas.until(lambda width=width: atlas.page.evaluate("innerWidth") == width)
        assert atlas.page.evaluate(_OUTSIDE) == [], width
        for section in SECTIONS:
            atlas.show(section)
            box = atlas.surface(section)
            assert box["width"] >= 0.8 * min(width, 330), (width, section)
            assert box["width"] == pytest.approx(box["height"], abs=1)
            assert box["height"] <= 900


def test_the_first_screen_shows_map_and_digit_together(open_atlas: OpenAtlas) -> None:
    atlas = open_atlas()
    for size in ((390, 844), (820, 1180), (1440, 900), (1920, 1080)):
        atlas.page.set_viewport_size({"width": size[0], "height": size[1]})
        atlas.until(lambda size=size: atlas.page.evaluate("innerWidth") == size[0])
        digit = atlas.image("decoded").bounding_box()
        assert digit
        for box in (atlas.surface(), digit):
            assert box["y"] >= 0
            assert box["y"] + box["height"] <= size[1] + 1, size


def test_at_200_percent_zoom_all_is_there_and_sharp(
    open_atlas: OpenAtlas, reference: Reference
) -> None:
    atlas = open_atlas(viewport={"width": 720, "height": 450}, device_scale_factor=2)
    enter_all(atlas)
    assert atlas.page.evaluate(_OUTSIDE) == []
    atlas.show("hover")
    atlas.page.mouse.move(*atlas.at(0.6, 0.6))
    z = atlas.z()
    assert z is not None
    atlas.expect_image("decoded", reference.decode("vae-2", [z])[0])
    surface = atlas.map().locator(".surface")

    def is_sharp() -> bool:
        shot, box = atlas.shot(surface), atlas.surface()
        assert shot.shape[1] == pytest.approx(2 * box["width"], abs=2)
        # Points are drawn in device pixels: neighbours within a CSS pixel differ.
        pairs = np.abs(shot[:, 0:-1:2].astype(int) - shot[:, 1::2][:, : shot[:, 0:-1:2].shape[1]])
        return bool((pairs.max(-1) > 40).mean() > 0.01)

    # A map that was far away shows its picture, and then draws its points anew.
    atlas.until(is_sharp)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark(open_atlas: OpenAtlas, reference: Reference, scheme: str) -> None:
    atlas = enter_all(open_atlas(color_scheme=scheme))
    atlas.show("hover")
    atlas.map().evaluate("(map, layers) => { map.layers = layers; }", POINTS_ALONE)
    surface = atlas.map().locator(".surface")

    def check(dark: bool) -> bool:
        page, map_ = atlas.shot(), atlas.shot(surface)
        if (luminance(page) < 60) != dark or (luminance(page) > 200) == dark:
            return False
        colours, frequency = np.unique(map_.reshape(-1, 3), axis=0, return_counts=True)
        ground = colours[frequency.argmax()].astype(float)
        found = classify(map_, reference.manifest["palette"], ground)
        return bool((np.bincount(found[found >= 0], minlength=10) > 100).all())

    atlas.until(lambda: check(scheme == "dark"))
    # The reader's system changes its mind while the page is open.
    other = "light" if scheme == "dark" else "dark"
    atlas.page.emulate_media(color_scheme=other)
    atlas.until(lambda: check(other == "dark"))


def test_forced_colours_keep_the_points_and_the_text(
    open_atlas: OpenAtlas, reference: Reference
) -> None:
    atlas = enter_all(open_atlas(forced_colors="active"))
    atlas.show("hover")
    atlas.map().evaluate("(map, layers) => { map.layers = layers; }", POINTS_ALONE)
    map_ = atlas.shot(atlas.map().locator(".surface"))
    colours, frequency = np.unique(map_.reshape(-1, 3), axis=0, return_counts=True)
    ground = colours[frequency.argmax()].astype(float)
    found = classify(map_, reference.manifest["palette"], ground)
    assert (np.bincount(found[found >= 0], minlength=10) > 100).all()
    contrast = atlas.page.evaluate(
        """() => {
          const style = getComputedStyle(document.querySelector("#hover p"));
          const system = document.createElement("p");
          system.style.color = "CanvasText";
          document.body.append(system);
          return style.color === getComputedStyle(system).color;
        }"""
    )
    assert contrast


def test_reduced_motion_moves_nothing_by_itself(open_atlas: OpenAtlas) -> None:
    atlas = open_atlas(reduced_motion="reduce")
    moving = atlas.page.evaluate(
        """() => {
          const found = [];
          const visit = root => {
            for (const node of root.querySelectorAll("*")) {
              const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(node);
              if (transitionDuration.split(", ").some(time => parseFloat(time) > 0)
                  || animationName !== "none" || scrollBehavior === "smooth")
                found.push(node.localName);
              if (node.shadowRoot) visit(node.shadowRoot);
            }
          };
          visit(document);
          return found;
        }"""
    )
    assert moving == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing(open_atlas: OpenAtlas, scheme: str, width: int) -> None:
    # Only the test's own script needs the policy out of its way.
    atlas = open_atlas(
        bypass_csp=True, color_scheme=scheme, viewport={"width": width, "height": 900}
    )
    enter_all(atlas)
    atlas.page.locator("drawing-pad").evaluate(
        "pad => { pad.strokes = [[{x: .3, y: .2, pressure: .5}, {x: .6, y: .8, pressure: .5}]]; }"
    )
    atlas.page.locator("image-view[name=reconstruction][state=ready]").wait_for()
    assert violations(atlas.page) == []
