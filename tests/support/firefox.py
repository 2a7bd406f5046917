"""Finds a stock Firefox and says how the tests start it."""

import os
import shlex
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Playwright

from tests.support.server import ROOT

_NAMES = ("firefox-esr", "firefox")


def find() -> str | None:
    """Return the path of this machine's Firefox, or None."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


def launch(playwright: Playwright, folder: Path) -> Browser:
    """Start this machine's Firefox behind the relay, which a script in `folder` starts."""
    firefox = find()
    assert firefox is not None, "no Firefox here: scripts/find-browser installs one"
    script = folder / "firefox"
    python, root = shlex.quote(sys.executable), shlex.quote(str(ROOT))
    script.write_text(f'#!/bin/sh\ncd {root} && exec {python} -m tests.support.bidi_relay "$@"\n')
    script.chmod(0o755)
    return playwright.firefox.launch(
        channel="moz-firefox",
        executable_path=script,
        env=os.environ | {"ATLAS_TEST_FIREFOX": firefox, "MOZ_DISABLE_CONTENT_SANDBOX": "1"},
        firefox_user_prefs={"webgl.force-enabled": True},
    )
