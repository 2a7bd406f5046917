"""The means of some training images after each epoch, from which the page animates training."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from latent_atlas.train.data.images import Images
from latent_atlas.train.evaluation.likelihood import encode_all
from latent_atlas.train.files import write_atomic
from latent_atlas.train.models.autoencoder import Autoencoder

POINTS = 10_000
_FOLDER = "trace"


def tracer(run_folder: Path, images: Images) -> Callable[[int, Autoencoder], None]:
    """Return a function that writes μ of the first 10,000 images into the run folder.

    It takes the number of epochs done and the averaged model. Files are float16 (N, 2), one an
    epoch, so that a resumed run adds to those of the killed one.
    """
    some = images.select(slice(0, POINTS))
    folder = run_folder / _FOLDER

    def write(epoch: int, model: Autoencoder) -> None:
        if epoch == 0:
            for old in folder.glob("*.f16"):
                old.unlink()
        was_training = model.training
        mu = encode_all(model.eval(), some).mu
        model.train(was_training)
        write_atomic(folder / f"{epoch:06d}.f16", mu.to(torch.float16).numpy().tobytes())

    return write


def load_trace(run_folder: Path) -> dict[int, NDArray[np.float32]]:
    """Return μ (N, 2) by the number of epochs done; empty where the run has no trace."""
    files = sorted((run_folder / _FOLDER).glob("*.f16"))
    return {
        int(path.stem): np.frombuffer(path.read_bytes(), np.float16).reshape(-1, 2).astype("f4")
        for path in files
    }
