"""The training images on this machine, if any, which maps show beside decoded images.

No release contains images of a dataset. If the server's machine has the training files, the page
can show the image nearest to a point of a map.
"""

import contextlib
import os
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from latent_atlas.webapp.disk import is_absent, open_regular

_FOLDERS = {"mnist": "MNIST", "fashion-mnist": "FashionMNIST"}
_FILE = Path("raw") / "train-images-idx3-ubyte"
_HEADER = struct.Struct(">IIII")  # magic, images, rows, columns
_MAGIC = 0x00000803


class TrainingImages:
    """Reads single training images from idx files, as torchvision and `python -m train` keep them.

    A file is opened anew for every request, so one that comes later or was unreadable for a moment
    is found. Missing and incomplete ones are not offered.
    """

    def __init__(self, root: Path) -> None:
        self._files = {name: root / folder / _FILE for name, folder in _FOLDERS.items()}

    def counts(self) -> dict[str, int]:
        """Return the number of images of each dataset.

        Raises:
            OSError: a file is there and cannot be read.
        """
        counts = {}
        for name in self._files:
            with contextlib.suppress(KeyError), self._open(name) as (_, shape):
                counts[name] = shape[0]
        return counts

    def read(self, name: str, indices: Sequence[int]) -> bytes:
        """Return images (N, H, W), uint8, one after the other.

        Raises:
            KeyError: this machine does not have the dataset.
            IndexError: it has no such image.
            OSError: its file cannot be read.
        """
        with self._open(name) as (file, (count, rows, columns)):
            if any(not 0 <= index < count for index in indices):
                raise IndexError
            images = []
            for index in indices:
                file.seek(_HEADER.size + index * rows * columns)
                images.append(file.read(rows * columns))
            return b"".join(images)

    @contextlib.contextmanager
    def _open(self, name: str) -> Iterator[tuple[BinaryIO, tuple[int, int, int]]]:
        """Give a dataset's file and the shape (N, H, W) of its images.

        Raises:
            KeyError: it is missing or incomplete.
        """
        try:
            file = open_regular(self._files[name])
        except OSError as error:
            raise (KeyError(name) if is_absent(error) else error) from error
        with file:
            head = file.read(_HEADER.size).ljust(_HEADER.size, b"\0")
            magic, count, rows, columns = _HEADER.unpack(head)
            size = _HEADER.size + count * rows * columns
            if magic != _MAGIC or os.fstat(file.fileno()).st_size != size:
                raise KeyError(name)
            yield file, (count, rows, columns)
