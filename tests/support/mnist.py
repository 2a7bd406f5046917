"""Data that tests may not find: they are skipped by name, unless CI demands them."""

import os
from pathlib import Path
from typing import NoReturn

import pytest

from latent_atlas.train.data import datasets
from latent_atlas.train.data.images import Images, Split
from latent_atlas.train.errors import UserError


def mnist_or_skip(split: Split) -> Images:
    """Return an MNIST split from DATA_ROOT or a download."""
    return dataset_or_skip("mnist", split)


def dataset_or_skip(dataset: str, split: Split) -> Images:
    """Return a split of a dataset from DATA_ROOT or a download."""
    try:
        return datasets.load(dataset, split)
    except UserError as error:
        missing(f"{dataset} is needed: {error}")


def pen_strokes_or_skip() -> Path:
    """Return the file of real pen strokes (UCI pendigits), which lies beside MNIST in DATA_ROOT."""
    path = datasets.data_root() / "pendigits" / "pendigits-train.unipen"
    if not path.exists():
        missing(f"pen strokes are needed: put UCI's pendigits-train.unipen at {path}")
    return path


def missing(reason: str) -> NoReturn:
    """Skip the test; with CI=true, fail it."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
