"""Images of datasets on this machine, if any, which the page shows beside decoded ones.

No release contains images of a dataset. If the server's machine has its files, the page can show
the training images nearest to a point of a map, and test images beside their reconstructions.
"""

import contextlib
import os
import struct
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from latent_atlas.webapp.disk import is_absent, open_regular

Counts = Mapping[str, Mapping[str, int]]
"""By dataset and split, how many images there are."""

_FOLDERS = {"mnist": "MNIST", "fashion-mnist": "FashionMNIST"}
_FILES = {"train": "train-images-idx3-ubyte", "test": "t10k-images-idx3-ubyte"}
_HEADER = struct.Struct(">IIII")  # magic, images, rows, columns
_MAGIC = 0x00000803


def file_of(root: Path, name: str, split: str) -> Path:
    """Return where torchvision and `python -m train` keep the images of a split.

    Raises:
        KeyError: no such dataset or split is known.
    """
    return root / _FOLDERS[name] / "raw" / _FILES[split]


class DatasetImages:
    """Reads single images from idx files.

    A file is opened anew for every request, so one that comes later or was unreadable for a moment
    is found. Missing and incomplete ones are not offered.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def counts(self) -> Counts:
        """Return how many images of each dataset and split there are and can be read now."""
        counts: dict[str, dict[str, int]] = {name: {} for name in _FOLDERS}
        for name, splits in counts.items():
            for split in _FILES:
                with contextlib.suppress(KeyError, OSError), self._open(name, split) as (_, shape):
                    splits[split] = shape[0]
        return counts

    def read(self, name: str, split: str, indices: Sequence[int]) -> bytes:
        """Return images (N, H, W), uint8, one after the other.

        Raises:
            KeyError: this machine does not have these images.
            IndexError: there is no such image.
            OSError: the file cannot be read.
        """
        with self._open(name, split) as (file, (count, rows, columns)):
            if any(not 0 <= index < count for index in indices):
                raise IndexError
            images = []
            for index in indices:
                file.seek(_HEADER.size + index * rows * columns)
                images.append(file.read(rows * columns))
            return b"".join(images)

    @contextlib.contextmanager
    def _open(self, name: str, split: str) -> Iterator[tuple[BinaryIO, tuple[int, int, int]]]:
        """Give a file and the shape (N, H, W) of its images.

        Raises:
            KeyError: it is missing or incomplete.
        """
        try:
            file = open_regular(file_of(self._root, name, split))
        except OSError as error:
            raise (KeyError(name) if is_absent(error) else error) from error
        with file:
            head = file.read(_HEADER.size).ljust(_HEADER.size, b"\0")
            magic, count, rows, columns = _HEADER.unpack(head)
            size = _HEADER.size + count * rows * columns
            if magic != _MAGIC or os.fstat(file.fileno()).st_size != size:
                raise KeyError(name)
            yield file, (count, rows, columns)
