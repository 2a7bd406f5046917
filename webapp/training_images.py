"""The training images on this machine, if any, which maps show beside decoded images.

No release contains images of a dataset. If the server's machine has the training files, the page
can show the image nearest to a point of a map.
"""

import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_FOLDERS = {"mnist": "MNIST", "fashion-mnist": "FashionMNIST"}
_FILE = Path("raw") / "train-images-idx3-ubyte"
_HEADER = struct.Struct(">IIII")  # magic, images, rows, columns
_MAGIC = 0x00000803


class TrainingImages:
    """Reads single training images from idx files, as torchvision and `python -m train` keep them.

    The files are looked for once; missing and incomplete ones are not offered.
    """

    def __init__(self, root: Path) -> None:
        found = {name: _open(root / folder / _FILE) for name, folder in _FOLDERS.items()}
        self._images = {name: images for name, images in found.items() if images is not None}

    @property
    def counts(self) -> dict[str, int]:
        """The number of images of each dataset."""
        return {name: len(images) for name, images in self._images.items()}

    def read(self, name: str, indices: Sequence[int]) -> bytes:
        """Return images (N, H, W), uint8, one after the other.

        Raises:
            KeyError: this machine does not have the dataset.
            IndexError: it has no such image.
        """
        images = self._images[name]
        if any(not 0 <= index < len(images) for index in indices):
            raise IndexError
        return b"".join(images[index].tobytes() for index in indices)


def _open(path: Path) -> NDArray[np.uint8] | None:
    """Map an idx file's images (N, H, W) into memory; None where it is missing or incomplete."""
    try:
        with path.open("rb") as file:
            magic, *shape = _HEADER.unpack(file.read(_HEADER.size))
        if magic != _MAGIC or path.stat().st_size != _HEADER.size + int(np.prod(shape)):
            return None
        return np.memmap(path, np.uint8, "r", _HEADER.size, tuple(shape))
    except (OSError, struct.error, ValueError):
        return None
