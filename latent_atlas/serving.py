"""Serves a release from Python, as the command `latent-atlas serve` does."""

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from latent_atlas.export.own_models.publishing import Release


def serve(release: "Release | str | Path", **settings: object) -> int:
    """Serve a release until interrupted; return the exit status.

    Args:
        release: what `publish` returned, or the folder of a release.
        settings: of the server, such as port=8001: `latent-atlas serve --help` has them.
    """
    folder = release if isinstance(release, str | Path) else release.folder
    options = {"models_dir": folder} | settings
    words = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    command = [sys.executable, "-m", "latent_atlas", "serve", *words]
    try:  # in a process of its own: an interrupt ends it, and not the session that called
        return subprocess.run(command, check=False).returncode  # noqa: S603
    except KeyboardInterrupt:
        return 130
