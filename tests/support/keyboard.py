"""The way that the Tab key takes: where it has to stop, where it does, and how that is seen."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page

# Where the Tab key has to stop in some elements, in document order. It stops at one of a group of
# radio buttons, and where an element's own keys take over.
_PREPARE = """roots => {
  const FOCUSABLE = "a[href], button, select, input, textarea, summary, [tabindex]";
  const stops = [];
  const groups = new Map();
  const groupOf = ({ type, name }, root) => type === "radio" &&
    Array.from(root.querySelectorAll("[type=radio]")).find(first => first.name === name);
  const isStop = node => node.matches(FOCUSABLE) && node.tabIndex >= 0
    && !node.matches(":disabled") && node.checkVisibility({ visibilityProperty: true });
  const visit = (parent, root) => {
    for (const node of parent.children) {
      if (isStop(node)) {
        const group = groupOf(node, root);
        if (groups.has(group)) groups.get(group).push(node);
        else {
          stops.push([node]);
          if (group) groups.set(group, stops.at(-1));
        }
      }
      if (node.shadowRoot) visit(node.shadowRoot, node.shadowRoot);
      visit(node, root);
    }
  };
  for (const root of roots) visit({ children: [root] }, root.getRootNode());

  // Whatever a style sheet may draw around the focus: on the element, its parent, its label …
  const rings = node => [node, node.parentElement, node.nextElementSibling, node.closest("label")]
    .map(one => {
      if (one === null) return "";
      const { outlineStyle, outlineWidth, outlineColor, boxShadow } = getComputedStyle(one);
      const outline = outlineStyle === "none" || parseFloat(outlineWidth) === 0
        || outlineColor === "rgba(0, 0, 0, 0)" ? "" : `${outlineWidth} ${outlineColor}`;
      return outline + (boxShadow === "none" ? "" : boxShadow);
    });
  const nameOf = node => `${node.localName} “${
    node.getAttribute("aria-label") ?? (node.textContent.trim().slice(0, 30) || node.name)}”`;
  const hasLeft = ({ node, rings: before }) => rings(node).some(
    (ring, i) => before[i] !== "" && before[i] !== ring);
  let last = null;
  window.__keyboard = {
    start: () => stops[0]?.[0].focus(),
    // Which stop has the focus, and at which the focus left without a trace.
    step: () => {
      const unseen = last === null || hasLeft(last) ? null : nameOf(last.node);
      let node = document.activeElement;
      let isIn = roots.some(root => root.contains(node));
      while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
      last = isIn ? { node, rings: rings(node) } : null;
      return { isIn, unseen, index: stops.findIndex(stop => stop.includes(node)) };
    },
    // At which stops nothing would show that the focus is there; a key must have been pressed last.
    withoutRing: () => stops.flat().filter(node => {
      const before = rings(node);
      node.focus({ preventScroll: true, focusVisible: true });
      const isSeen = rings(node).some((ring, i) => ring !== "" && ring !== before[i]);
      node.blur();
      return !isSeen;
    }).map(nameOf),
  };
  return stops.map(([node]) => nameOf(node));
}"""


@dataclass
class Way:
    """What the Tab key met."""

    stops: list[str]
    """Where it had to stop, in document order."""
    visited: list[int]
    """Where it did, by index into `stops`."""
    unseen: list[str]
    """Where nothing showed that the focus was there."""

    @property
    def missed(self) -> list[str]:
        """Where it had to stop and did not."""
        return [stop for i, stop in enumerate(self.stops) if i not in self.visited]


def tab_through(page: Page, roots: Locator, *, from_top: bool = False) -> Way:
    """Press Tab from the first stop in some elements on, until the focus leaves them.

    Args:
        page: that is open.
        roots: what is gone through.
        from_top: begin where the keyboard is, which must be before the first stop.
    """
    way = Way(roots.evaluate_all(_PREPARE), [], [])
    if from_top:
        page.keyboard.press("Tab")
    else:
        page.evaluate("__keyboard.start()")
    # Chromium stops at boxes that scroll, too, which need not be counted.
    for _ in range(2 * len(way.stops)):
        now: dict[str, Any] = page.evaluate("__keyboard.step()")
        if now["unseen"] is not None:
            way.unseen.append(now["unseen"])
        if not now["isIn"]:
            break
        if now["index"] >= 0:
            way.visited.append(now["index"])
        page.keyboard.press("Tab")
    return way


def without_ring(page: Page, roots: Locator) -> list[str]:
    """Return the stops in some elements at which nothing shows that the focus is there."""
    roots.evaluate_all(_PREPARE)
    page.keyboard.press("Shift")
    unseen: list[str] = page.evaluate("__keyboard.withoutRing()")
    return unseen
