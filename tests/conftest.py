"""Side by side: one thread a process, and which files one of pytest's workers takes together."""

import os

import pytest

# Before anything loads torch. Two workers on two cores have a core each, and waiting for threads
# costs a network of a few hundred weights more than its sums; what the tests start inherits it.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Files that share what a session makes once: its runs, and their graphs.
_TOGETHER = {
    "tests/export/test_extras.py": "release",
    "tests/export/test_kill.py": "release",
    "tests/export/test_release.py": "release",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep a file's tests in one worker: its fixtures are made once."""
    for item in items:
        file = item.nodeid.partition("::")[0]
        item.add_marker(pytest.mark.xdist_group(_TOGETHER.get(file, file)))
