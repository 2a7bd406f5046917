"""Finds a Chromium and says how the tests start it."""

import shutil

from playwright.sync_api import Browser, Playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_SHELL = "chromium-headless-shell"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find() -> str | None:
    """Return the path of this machine's Chromium, or None."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


def launch(playwright: Playwright, *arguments: str) -> Browser:
    """Start the Chromium of this machine, or else Playwright's own."""
    return playwright.chromium.launch(executable_path=find(), args=[*ARGUMENTS, *arguments])


def launch_quick(playwright: Playwright, *arguments: str) -> Browser:
    """Start one that opens a page for half the work: nothing that is measured may use it.

    It is the same engine without Chrome's own interface, which Playwright, too, takes for headless
    work, and compiles only those functions of WebAssembly anew that run for long.
    """
    options = [*ARGUMENTS, "--js-flags=--wasm-tiering-budget=100000000", *arguments]
    return playwright.chromium.launch(executable_path=shutil.which(_SHELL) or find(), args=options)
