"""What browser tests share: one Chromium, one server of the shipped release, watched pages."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests.support.atlas import Atlas
from tests.support.chromium import launch_quick
from tests.support.reference import Reference
from tests.support.server import ROOT, Server

OpenAtlas = Callable[..., Atlas]
T = TypeVar("T")


class Outlive(Protocol):
    """Enters what a test's pages talk to; it is left only after they are closed."""

    def __call__(self, server: AbstractContextManager[T]) -> T: ...


_HERE = Path(__file__).parent
# The first map's z wanders until its reader moves: most tests are of readers who have.
_HAS_MOVED = """try { sessionStorage.setItem("latent-atlas-moved", ""); } catch {}"""
# Every page tells of what its policy forbade, also where no message would reach the console.
_REPORT_VIOLATIONS = """addEventListener("securitypolicyviolation", event =>
  console.error(`policy violation: ${event.violatedDirective} ${event.blockedURI}`))"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == _HERE:
            item.add_marker(pytest.mark.browser)


# Playwright keeps an event loop running in this thread. Tests of the server need one of their
# own, so it is stopped with this package's last test and not with the session's.
@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    running = launch_quick(playwright)
    yield running
    running.close()


@pytest.fixture(scope="package")
def models_dir() -> Path:
    """The shipped release, or the one ATLAS_TEST_MODELS names."""
    return Path(os.environ.get("ATLAS_TEST_MODELS", ROOT / "static" / "models"))


@pytest.fixture(scope="package")
def reference(models_dir: Path) -> Reference:
    return Reference(models_dir)


@pytest.fixture(scope="package")
def server(models_dir: Path) -> Iterator[Server]:
    with Server(models_dir=models_dir) as running:
        yield running


class Watch:
    """Collects what went wrong in pages; a test names beforehand what it means to break."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self._expected: list[str] = []

    def expect(self, *patterns: str) -> None:
        """Let errors pass that match one of these."""
        self._expected += patterns

    def attach(self, context: BrowserContext) -> None:
        context.add_init_script(_REPORT_VIOLATIONS)
        context.on("console", lambda message: self._console(message.type, message))
        context.on("weberror", lambda error: self.faults.append(f"page error: {error.error}"))
        context.on("page", lambda page: page.on("crash", lambda _: self.faults.append("crash")))

    def _console(self, kind: str, message: Any) -> None:
        if kind == "error":
            self.faults.append(f"console: {message.text} ({message.location.get('url')})")

    @property
    def unexpected(self) -> list[str]:
        return [
            fault
            for fault in self.faults
            if not any(re.search(pattern, fault) for pattern in self._expected)
        ]


@pytest.fixture
def watch() -> Iterator[Watch]:
    watch = Watch()
    yield watch
    assert watch.unexpected == []


@pytest.fixture
def outlive() -> Iterator[Outlive]:
    """A page may ask for something to its last moment: a server that is gone would be a fault."""
    with ExitStack() as stack:
        yield stack.enter_context


@pytest.fixture
def make_context(
    browser: Browser, watch: Watch, outlive: Outlive
) -> Iterator[Callable[..., BrowserContext]]:
    """Contexts whose pages are watched; closed after the test, before their servers are."""
    contexts: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        chosen, has_moved = options.pop("browser", browser), options.pop("has_moved", True)
        # What a service worker fetches no test could intercept; those that are about it allow it.
        usual = {"viewport": {"width": 1280, "height": 800}, "service_workers": "block"}
        context = chosen.new_context(**usual | options)
        context.set_default_timeout(40_000)
        if has_moved:
            context.add_init_script(_HAS_MOVED)
        watch.attach(context)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def new_page(make_context: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """A fresh page in a context of its own, which the options describe."""
    return lambda **options: make_context(**options).new_page()


@pytest.fixture
def open_atlas(new_page: Callable[..., Page], server: Server) -> OpenAtlas:
    """Open the page of the shipped release, live, in a context of its own."""

    def open_(fragment: str = "", url: str | None = None, **options: Any) -> Atlas:
        return Atlas(new_page(**options), url or server.url).open(fragment)

    return open_


@pytest.fixture
def atlas(open_atlas: OpenAtlas) -> Atlas:
    """The page, live and laid out, at 1280 × 800."""
    return open_atlas().wait_laid_out()
