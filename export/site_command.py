"""Publishing as a plain static site: `python -m export site OUT`.

The server's code renders the page; export does not import it and runs it as a process of its own.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def main(argv: Sequence[str]) -> int:
    """Run the command line after the word `site`; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m export site",
        allow_abbrev=False,
        description="Write the page and the current release as files that any web host can serve.",
    )
    parser.add_argument("out", type=Path, help="the folder to write; a former site is replaced")
    parser.add_argument(
        "--models", type=Path, default=Path("static/models"), help="where releases are"
    )
    arguments = parser.parse_args(argv)
    command = ["webapp.static_site", str(arguments.models), str(arguments.out)]
    try:
        return subprocess.run([sys.executable, "-m", *command], check=False).returncode  # noqa: S603
    except KeyboardInterrupt:
        return 130  # the process was interrupted as well, and has said so
