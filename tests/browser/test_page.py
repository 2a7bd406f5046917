"""The page as a whole: isolated, within its policy, at every width, in every colour scheme."""

import json
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import OpenAtlas, Watch
from tests.support.atlas import Atlas
from tests.support.axe import violations
from tests.support.keyboard import without_ring
from tests.support.reference import Reference
from tests.support.scatter_pixels import POINTS_ALONE, classify
from tests.support.server import ROOT, Server

WIDTHS = (320, 360, 390, 820, 1440, 1920, 2560)
NARROWEST_MAP = 260
SCREENS = 2
SCREENS_IN_ALL = 26
# A picture that each map is explored for.
BESIDE = {
    "hover": "decoded", "autoencoders": "ae-decoded", "shape": "shape-decoded", "labels": "class-9",
    "control": "control-decoded", "classify": "classify-decoded", "faces": "faces-walked",
    "lab": "lab-first",
}  # fmt: skip

# Whatever is seen outside the window's width, but for what a scrolling box holds.
_OUTSIDE = """() => {
  const outside = [];
  const visit = root => {
    for (const node of root.querySelectorAll("*")) {
      const { left, right, width } = node.getBoundingClientRect();
      // A map cuts its picture off, which it magnifies until its points are drawn.
      const skipped = node.closest(
        ".skip, .spoken, .scroll, nav, svg, pre, .marks, .picture, .bitmap, latent-map > img");
      if (width > 0 && !skipped && (left < -1 || right > innerWidth + 1))
        outside.push(`${node.localName}.${node.className} ${left} ${right}`);
      if (node.shadowRoot) visit(node.shadowRoot);
    }
  };
  visit(document);
  if (document.documentElement.scrollWidth > innerWidth) outside.push("the page scrolls sideways");
  return outside;
}"""

# Text of which a box around it hides a part, and which no scrolling brings back; or all text that
# is smaller than 12 px on the screen.
_TEXTS = """what => {
  const found = [];
  const around = node => node.assignedSlot ?? node.parentElement ?? node.getRootNode().host;
  const isSkipped = node => node.closest?.(".spoken, .skip, .marks, option, svg.overlay, title")
    || node.getRootNode().host?.matches(".spoken");
  const cutBy = (node, { left, right, top, bottom }) => {
    for (let box = node; box?.nodeType === 1; box = around(box)) {
      const { overflowX, overflowY, contain, display, textOverflow } = getComputedStyle(box);
      if (display === "inline" || display === "contents") continue;
      if (/auto|scroll/.test(overflowX + overflowY)) return null;
      const hides = /hidden|clip/.test(overflowX) || /paint|strict|content/.test(contain);
      if (!hides || textOverflow === "ellipsis") continue;
      const inner = box.getBoundingClientRect();
      if (left < inner.left - 1 || right > inner.right + 1
          || top < inner.top - 1 || bottom > inner.bottom + 1) return box;
    }
    return null;
  };
  const visit = root => {
    for (const node of root.querySelectorAll("*")) {
      if (node.shadowRoot) visit(node.shadowRoot);
      const texts = [...node.childNodes].filter(
        ({ nodeType, data }) => nodeType === 3 && data.trim() !== "");
      if (texts.length === 0 || isSkipped(node)
          || !node.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
      const name = `${node.localName}.${node.getAttribute("class") ?? ""} “${
        texts[0].data.trim().slice(0, 30)}”`;
      if (what === "small") {
        const { a = 1, b = 0 } = node.getScreenCTM?.() ?? {};
        const size = parseFloat(getComputedStyle(node).fontSize) * Math.hypot(a, b);
        if (size < 11.9) found.push(`${name} ${size}`);
        continue;
      }
      for (const text of texts) {
        const range = document.createRange();
        range.selectNodeContents(text);
        const box = cutBy(node, range.getBoundingClientRect());
        if (box !== null) found.push(`${name} in ${box.localName}.${box.className}`);
      }
    }
  };
  visit(document.querySelector("main"));
  return found;
}"""
# WCAG 1.4.12, in every shadow root, too; window.__spaced is the sheet, which can be disabled.
_SPACE_OUT = """() => {
  const sheet = window.__spaced = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }`);
  const visit = root => {
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    for (const node of root.querySelectorAll("*")) if (node.shadowRoot) visit(node.shadowRoot);
  };
  visit(document);
}"""

# What a reader with forced colours does not see in a section, where no background tells things
# apart: pictures without an edge, and what is chosen but looks as its neighbours that are not.
_UNSEEN_IF_FORCED = """section => {
  const lines = node => {
    const style = getComputedStyle(node);
    const line = side => {
      const [how, wide, colour] = ["Style", "Width", "Color"].map(part => style[side + part]);
      return how === "none" || parseFloat(wide) === 0 || colour === "rgba(0, 0, 0, 0)"
        ? "" : `${how} ${wide} ${colour}`;
    };
    return line("outline") + line("borderTop");
  };
  const around = node => node.assignedSlot ?? node.parentElement ?? node.getRootNode().host;
  const hasEdge = picture => {
    for (let node = picture, i = 0; i < 6 && node !== section; i++, node = around(node))
      if (lines(node) !== "") return true;
    return false;
  };
  const look = node => {
    const box = node.closest("label") ?? node;
    const parts = Array.from(box.querySelectorAll("*")).map(lines).filter(line => line !== "");
    const colours = [node, box, node.nextElementSibling ?? node].map(one => {
      const { color, backgroundColor } = getComputedStyle(one);
      return `${color} ${backgroundColor}`;
    });
    return [lines(box), ...parts, ...(node === box ? colours.slice(0, 1) : colours)].join();
  };
  const isDrawnBySystem = node => {
    const { appearance, opacity } = getComputedStyle(node);
    return "checked" in node && appearance !== "none" && opacity !== "0";
  };
  const likeIt = node => node.type === "radio"
    ? Array.from(node.getRootNode().querySelectorAll("[type=radio]"))
        .filter(({ name, checked }) => name === node.name && !checked)
    : Array.from(node.parentElement.querySelectorAll(`:scope > ${node.localName}`))
        .filter(other => !other.matches("[aria-pressed=true], [aria-current=true], :checked"));
  const unseen = [];
  const visit = root => {
    for (const node of root.querySelectorAll("*")) {
      if (node.shadowRoot) visit(node.shadowRoot);
      if (!node.checkVisibility({ visibilityProperty: true })) continue;
      const name = `${root.host?.localName ?? ""} ${node.cloneNode().outerHTML.slice(0, 100)}`;
      const isPicture = node.matches("canvas, img") && root.host?.localName !== "line-chart"
        && node.checkVisibility({ opacityProperty: true });
      if (isPicture && !hasEdge(node))
        unseen.push(`no edge: ${name}`);
      if (node.matches("[aria-pressed=true], [aria-current=true], :checked:not(option)")
          && !isDrawnBySystem(node) && likeIt(node).some(other => look(other) === look(node)))
        unseen.push(`looks not chosen: ${name}`);
    }
  };
  visit(section);
  return unseen;
}"""


def luminance(picture: np.ndarray) -> float:
    return float(np.median(picture @ np.array([0.2126, 0.7152, 0.0722])))


@pytest.fixture(scope="module")
def living(browser: Browser, server: Server) -> Iterator[Atlas]:
    """A page of which every section has come to life, for a reader who wants less motion."""
    watch = Watch()
    context = browser.new_context(reduced_motion="reduce", service_workers="block")
    context.set_default_timeout(40_000)
    watch.attach(context)
    yield Atlas(context.new_page(), server.url).open().read_through()
    context.close()
    assert watch.unexpected == []


def test_reduced_motion_moves_nothing_by_itself(living: Atlas) -> None:
    bars = "bars => bars.map(({ playing, value }) => [playing, value])"
    before = living.page.locator("play-bar").evaluate_all(bars)
    assert len(before) >= 2
    assert not any(playing for playing, _ in before)
    moving = living.page.evaluate(
        """() => {
          const found = [];
          const visit = root => {
            for (const node of root.querySelectorAll("*")) {
              for (const part of [undefined, "::before", "::after"]) {
                const { transitionDuration, animationName, scrollBehavior } =
                  getComputedStyle(node, part);
                if (transitionDuration.split(", ").some(time => parseFloat(time) > 0)
                    || animationName !== "none" || scrollBehavior === "smooth")
                  found.push(`${node.localName}${part ?? ""}`);
              }
              if (node.getAnimations().length > 0) found.push(`${node.localName} is animated`);
              if (node.shadowRoot) visit(node.shadowRoot);
            }
          };
          visit(document);
          return found;
        }"""
    )
    assert moving == []
    # An animation would have moved within a few frames.
    living.page.evaluate(
        "async () => { for (let i = 0; i < 10; i++) await new Promise(requestAnimationFrame); }"
    )
    assert living.page.locator("play-bar").evaluate_all(bars) == before


@pytest.fixture
def whole(living: Atlas) -> Atlas:
    """The same, at 1280 × 800, with usual motion and colours, read from the top."""
    living.page.emulate_media(
        color_scheme="light", forced_colors="none", reduced_motion="no-preference"
    )
    living.resize(1280, 800)
    living.show("hover")
    return living


def test_the_page_is_isolated_and_has_a_policy(atlas: Atlas) -> None:
    # Every test fails on a violation, also those that read the page through.
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


def test_the_foot_links_the_licence_of_every_package_in_the_page(atlas: Atlas) -> None:
    link = atlas.page.locator("footer").get_by_role("link", name="Licences")
    answer = atlas.page.request.get(link.evaluate("link => link.href"))
    assert answer.headers["content-type"].startswith("text/plain")
    about = json.loads((ROOT / "static" / "package.json").read_bytes())
    inner = ["lit-html", "lit-element", "@lit/reactive-element", "d3-array"]
    for package in [*about["dependencies"], *inner]:
        assert f"\n{package} " in answer.text()
    assert "\nEigen\n" in answer.text()  # compiled into the models' runtime
    assert not any(f"\n{package} " in answer.text() for package in about["devDependencies"])


def test_nothing_is_cut_off_or_overflows_at_any_width(whole: Atlas) -> None:
    for width in WIDTHS:
        whole.resize(width, 900)
        assert whole.page.evaluate(_OUTSIDE) == [], width
        maps = whole.page.locator("main latent-map .surface:visible")
        boxes = maps.evaluate_all(
            """maps => maps.map(map => {
              const { width, height } = map.getBoundingClientRect();
              return [map.getRootNode().host.label, width, height];
            })"""
        )
        assert len(boxes) >= len(whole.sections)
        for label, across, up in boxes:
            assert across >= min(NARROWEST_MAP, 0.7 * width), (width, label)
            assert across == pytest.approx(up, abs=1), (width, label)
            assert up <= 900, (width, label)
        # The width is used, and the page is no longer than it need be.
        across = whole.page.locator("#shape").evaluate("it => it.clientWidth")
        assert across >= 0.85 * min(width, 1920), width
        if width == 1440:
            height = whole.page.evaluate("document.documentElement.scrollHeight")
            assert height <= SCREENS_IN_ALL * 900
        if width in (320, 390):
            assert whole.page.evaluate(_TEXTS, "cut") == [], width
        if width == 390:
            assert whole.page.evaluate(_TEXTS, "small") == []
    # On its side, a phone has room for a map and what it decodes to.
    whole.resize(844, 390)
    for section, picture in BESIDE.items():
        map_ = whole.page.locator(f"#{section} latent-map").first
        map_.evaluate("map => map.scrollIntoView({behavior: 'instant', block: 'center'})")
        for place in (map_.locator(".surface"), whole.image(picture)):
            box = place.bounding_box()
            assert box
            assert box["y"] >= -1, (section, box)
            assert box["y"] + box["height"] <= 391, (section, box)
    # Set further apart, letters, words and lines are still all there.
    whole.resize(390, 900)
    whole.page.evaluate(_SPACE_OUT)
    whole.frames()
    assert whole.page.evaluate(_OUTSIDE) == []
    assert whole.page.evaluate(_TEXTS, "cut") == []
    whole.page.evaluate("__spaced.disabled = true")


def test_the_first_screen_shows_map_and_digit_together(open_atlas: OpenAtlas) -> None:
    atlas = open_atlas()
    for size in ((390, 844), (820, 1180), (1440, 900), (1920, 1080)):
        atlas.resize(*size)
        digit = atlas.image("decoded").bounding_box()
        assert digit
        assert digit["width"] >= {390: 128, 1920: 400}.get(size[0], 320), size
        for box in (atlas.surface(), digit):
            assert box["y"] >= 0
            assert box["y"] + box["height"] <= size[1] + 1, size
    # Who hears the page hears of the digit once; who asks for more contrast gets it.
    assert atlas.page.locator("#hover").get_by_role("img", name="The digit decoded").count() == 1
    ink = "getComputedStyle(document.querySelector('#hover .keys')).color"
    usual = atlas.page.evaluate(ink)
    atlas.page.emulate_media(contrast="more")
    assert atlas.page.evaluate(ink) != usual


def test_at_200_percent_zoom_all_is_there_and_sharp(
    whole: Atlas, open_atlas: OpenAtlas, reference: Reference
) -> None:
    whole.resize(720, 450)
    assert whole.page.evaluate(_OUTSIDE) == []
    atlas = open_atlas(viewport={"width": 720, "height": 450}, device_scale_factor=2)
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


def test_dark_and_light(whole: Atlas, reference: Reference) -> None:
    atlas = whole
    atlas.map().evaluate("(map, layers) => { map.layers = layers; }", POINTS_ALONE)
    surface = atlas.map().locator(".surface")

    def is_ground(seen: float, scheme: str) -> bool:
        return seen < 60 if scheme == "dark" else seen > 200

    def is_first_map_in(scheme: str) -> bool:
        if not is_ground(luminance(atlas.shot()), scheme):
            return False
        map_ = atlas.shot(surface)
        colours, frequency = np.unique(map_.reshape(-1, 3), axis=0, return_counts=True)
        ground = colours[frequency.argmax()].astype(float)
        found = classify(map_, reference.manifest["palette"], ground)
        return bool((np.bincount(found[found >= 0], minlength=10) > 100).all())

    # The reader's system changes its mind while the page is open.
    for scheme in ("dark", "light"):
        atlas.page.emulate_media(color_scheme=scheme)
        atlas.show("hover")
        atlas.until(lambda scheme=scheme: is_first_map_in(scheme))
        # Most of every screen, of what each section draws too, is the ground.
        for section in atlas.sections:
            atlas.page.locator(f"#{section}").evaluate(
                "section => section.scrollIntoView({behavior: 'instant'})"
            )
            for screen in range(SCREENS):
                seen = luminance(atlas.shot())
                assert is_ground(seen, scheme), (scheme, section, screen, seen)
                atlas.page.evaluate("scrollBy({top: innerHeight, behavior: 'instant'})")


def test_forced_colours_keep_the_points_the_text_and_all_edges(
    whole: Atlas, reference: Reference
) -> None:
    atlas = whole
    atlas.page.emulate_media(forced_colors="active")
    atlas.page.locator("#dimensions button.sample").first.click()
    for section in atlas.sections:
        root = atlas.page.locator(f"#{section}")
        assert root.evaluate(_UNSEEN_IF_FORCED) == [], section
        assert without_ring(atlas.page, root) == [], section
    atlas.show("hover")
    atlas.map().evaluate("(map, layers) => { map.layers = layers; }", POINTS_ALONE)

    def all_classes_are_seen() -> bool:
        map_ = atlas.shot(atlas.map().locator(".surface"))
        colours, frequency = np.unique(map_.reshape(-1, 3), axis=0, return_counts=True)
        ground = colours[frequency.argmax()].astype(float)
        found = classify(map_, reference.manifest["palette"], ground)
        return bool((np.bincount(found[found >= 0], minlength=10) > 100).all())

    atlas.until(all_classes_are_seen)
    contrast = atlas.page.evaluate(
        """() => {
          const system = document.createElement("p");
          system.style.color = "CanvasText";
          document.body.append(system);
          const { color } = getComputedStyle(system);
          return Array.from(document.querySelectorAll("main .prose p"))
            .filter(text => getComputedStyle(text).color !== color)
            .map(text => text.textContent.slice(0, 60));
        }"""
    )
    assert contrast == []


def test_axe_finds_nothing_in_any_section(open_atlas: OpenAtlas) -> None:
    # Only the test's own script needs the policy out of its way.
    size = {"width": 390, "height": 900}
    atlas = open_atlas(bypass_csp=True, color_scheme="dark", viewport=size).read_through()
    atlas.page.locator("#draw drawing-pad").evaluate(
        "pad => { pad.strokes = [[{x: .3, y: .2, pressure: .5}, {x: .6, y: .8, pressure: .5}]]; }"
    )
    atlas.page.locator("image-view[name=reconstruction][state=ready]").wait_for()
    assert violations(atlas.page) == []
    atlas.page.emulate_media(color_scheme="light")
    atlas.resize(1280, 900)
    assert violations(atlas.page) == []


def test_a_language_that_intl_does_not_know_costs_no_section(
    new_page: Callable[..., Page], server: Server
) -> None:
    page = new_page()
    page.add_init_script(
        "Object.defineProperty(Navigator.prototype, 'language', {get: () => 'not_a-language!'})"
    )
    Atlas(page, server.url).open()
    page.locator("#numbers line-chart").first.scroll_into_view_if_needed()
    page.locator("#numbers line-chart canvas").first.wait_for()
