"""What differs between a checkout and an installed wheel: commands to type, default folders."""

import sys
from pathlib import Path

NAME = "latent-atlas"
_MODULES = {"serve": "webapp", "site": "export site", "compress": "webapp.http.compression"}


def program(command: str) -> str:
    """Return the beginning of a command line: `latent-atlas train`, or `python -m train`."""
    if Path(sys.argv[0]).stem == NAME or not _in_checkout() or command == "releases":
        return f"{NAME} {command}"
    return f"python -m {_MODULES.get(command, command)}"


def default_releases() -> Path:
    """Return the folder of releases that the commands write where none is named."""
    return Path("static/models") if _in_checkout() else Path("my-atlas")


def shipped_releases() -> Path:
    """Return the folder of the releases that came with the program."""
    return Path(__file__).resolve().parent / "static" / "models"


def _in_checkout() -> bool:
    return (Path(__file__).resolve().parents[1] / "Makefile").is_file()


def install_command(extra: str) -> str:
    """Return how to install what a command needs: words for a sentence."""
    if _in_checkout():
        return f'`make setup` or `pip install -e ".[{extra}]"`'
    return f'`pip install "{NAME}[{extra}]"`'
