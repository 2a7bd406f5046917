"""t-SNE of a dataset's own pixels: the layout that needs no model, to compare theirs with."""

from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as load_arrays
from safetensors.numpy import save as save_arrays

from export.projections import layout_json
from train.data import Images
from train.files import sha256, write_atomic
from train.projections import TSNE_IMAGES, tsne


def raw_tsne_json(test: Images, cache: Path) -> bytes:
    """Write t-SNE of the first 3,000 test images' pixels (layout: projections.layout_json).

    Args:
        test: the images.
        cache: folder where the layout is kept under its images' hash: it takes half a minute.
    """
    some = test.select(slice(0, TSNE_IMAGES))
    pixels = some.pixels.flatten(1).numpy()
    # The images' size belongs to the name: the same bytes may be cut otherwise.
    content = str(pixels.shape).encode() + pixels.tobytes()
    path = cache / f"tsne-{sha256(content)[:16]}.safetensors"
    try:
        coordinates = load_arrays(path.read_bytes())["tsne"]
    except (FileNotFoundError, SafetensorError, KeyError):
        # The format stores memory as it lies: row by row, then.
        coordinates = np.ascontiguousarray(tsne((pixels / np.float32(255)).astype(np.float32)))
        cache.mkdir(parents=True, exist_ok=True)
        write_atomic(path, save_arrays({"tsne": coordinates}))
    return layout_json("tsne", coordinates, some.labels.numpy(), "test")
