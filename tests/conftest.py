"""Side by side: one thread a process, and which files one of pytest's workers takes together."""

import os
import signal
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

# Before anything loads torch. Two workers on two cores have a core each, and waiting for threads
# costs a network of a few hundred weights more than its sums; what the tests start inherits it.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# What a shell starts in the background ignores Ctrl-C, and so would all that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Files that share what a session makes once: its runs, and their graphs.
_TOGETHER = {
    f"tests/export/test_{name}.py": "release"
    for name in ("export_kill", "extras", "release", "trials")
}
# A browser has processes of its own. So one worker starts with browser tests and the other with
# the rest, and what is left of them, from this file on, is shared at the end.
_BROWSER, _SHARED_FROM = "tests/browser/", "tests/browser/test_draw.py"


class _ByFile(LoadFileScheduling):
    """Gives a worker whole files, whose fixtures are made once, and some files together.

    With pytest 9.2 the groups of --dist loadgroup have no effect: marks no longer reach the ids.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        if file.startswith(_BROWSER) and file < _SHARED_FROM:
            return _BROWSER
        return _TOGETHER.get(file, file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _ByFile | None:
    """Schedule by file where --dist loadfile asks for it."""
    return _ByFile(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the browser tests that are shared behind all others, where workers share."""
    if hasattr(config, "workerinput"):
        items.sort(
            key=lambda item: item.nodeid.startswith(_BROWSER) and item.nodeid >= _SHARED_FROM
        )
