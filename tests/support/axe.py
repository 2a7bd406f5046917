"""What axe-core finds wrong with a page that is open."""

from typing import Literal

from playwright.sync_api import Page

from tests.support.server import ROOT

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_SCRIPT = ROOT / "static" / "node_modules" / "axe-core" / "axe.min.js"


def violations(page: Page, *selectors: str) -> list[str]:
    """Return a line for each thing that is wrong, within the selectors or anywhere.

    Axe is checked, too: a page whose contrasts it could not look at fails.
    """
    page.evaluate(_SCRIPT.read_text())
    found = page.evaluate(
        """async include => {
          const { passes, violations } = await axe.run(include.length ? { include } : document);
          const told = violations.flatMap(({ id, help, nodes }) =>
            nodes.map(node => `${id}: ${help}: ${node.target} ${node.failureSummary}`));
          return { passes: passes.map(({ id }) => id), violations: told };
        }""",
        [[selector] for selector in selectors],
    )
    assert "color-contrast" in found["passes"]
    lines: list[str] = found["violations"]
    return lines
