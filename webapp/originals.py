"""Fetches MNIST's test images, which the page shows beside their reconstructions."""

import hashlib
import logging
import threading
import urllib.request
import zlib
from http.client import HTTPException
from pathlib import Path

from latent_atlas.webapp.dataset_images import file_of
from latent_atlas.webapp.disk import write_whole

_log = logging.getLogger(__name__)

_NAME = "t10k-images-idx3-ubyte.gz"
# Asked one after the other: the one that torchvision asks first, and a copy.
MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
_SHA256 = "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"
"""Of the unpacked file."""
_BYTES = 7_840_016
"""Of the file once it is unpacked; packed it has 1.7 million."""
_SILENCE = 15.0
"""Seconds after which a mirror that sends nothing is given up."""


def fetch_in_background(data_root: Path, mirrors: tuple[str, ...] = MIRRORS) -> threading.Thread:
    """Fetch the test images unless they are there; the log tells of it."""
    thread = threading.Thread(target=_fetch, args=(data_root, mirrors), daemon=True)
    thread.start()
    return thread


def _fetch(data_root: Path, mirrors: tuple[str, ...]) -> None:
    path = file_of(data_root, "mnist", "test")
    try:
        if path.exists():
            return
        _log.info("Fetching MNIST's test images (1.7 MB) into %s.", path.parent)
        content = next(filter(None, map(_from, mirrors)), None)
        if content is None:
            _log.info("The page does without the originals; it asks for them at the next start.")
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, lambda: content)
        _log.info("MNIST's test images are here; the page shows them.")
    except OSError as error:
        _log.info("MNIST's test images cannot be kept in %s: %s.", path.parent, error.strerror)


def _from(mirror: str) -> bytes | None:
    """Fetch the images' file; None where this mirror does not send it whole."""
    try:
        with urllib.request.urlopen(mirror + _NAME, timeout=_SILENCE) as response:  # noqa: S310 (ours)
            packed = response.read(_BYTES)
        content = zlib.decompressobj(wbits=31).decompress(packed, _BYTES)
        if hashlib.sha256(content).hexdigest() != _SHA256:
            raise ValueError("they arrived damaged")
    except (OSError, HTTPException, zlib.error, ValueError) as error:
        why = getattr(error, "reason", None) or error
        _log.info("MNIST's test images did not come from %s: %s.", mirror, why)
        return None
    return content
