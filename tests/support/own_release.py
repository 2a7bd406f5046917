"""Makes releases of models of a user's own: random networks, and only what such a model has."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from tests.support.made_releases import TinyModel, make_release, write_manifest, write_object

_LEFT_OUT = ("metrics", "lattice", "picture", "prepared")


@dataclass(frozen=True)
class OwnModel:
    """A network, what its images and classes are called, and how many points each class has."""

    network: TinyModel
    title: str
    names: Sequence[str]
    points: int = 12
    encodes: bool = True
    dataset: str = "leaves"


ALPHABET = OwnModel(
    TinyModel(id="letters", classes=26), "Letters", tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), 100
)
LATENTS = OwnModel(
    TinyModel(id="given-latents", latent_size=20, classes=1), "Given latents", (), encodes=False
)
THOUSAND = OwnModel(
    TinyModel(id="things", condition="both", channels=3, height=32, width=32, classes=1000,
              hidden=(8,)),
    "A thousand things",
    tuple(f"thing {label}" for label in range(1000)),
)  # fmt: skip


def make_own_release(models_dir: Path, *models: OwnModel, release_id: str = "own") -> None:
    """Publish a release of them, without metrics, report, tiles, trace or prepared pictures."""
    manifest = make_release(
        models_dir, release_id, [replace(own.network, seed=3 + i) for i, own in enumerate(models)]
    )
    for entry, own in zip(manifest["models"], models, strict=True):
        for name in _LEFT_OUT:
            entry.pop(name, None)
        entry |= {"title": own.title, "dataset": own.dataset, "class_names": list(own.names)}
        if not own.names:
            del entry["class_names"], entry["classes"]
        if not own.encodes:
            del entry["encoder"]
            path = models_dir / entry["golden"]["url"].removeprefix("models/")
            golden = json.loads(path.read_text()) | {"encode": []}
            entry["golden"] = _put(models_dir, golden)
        entry |= _documents(models_dir, own)
    write_manifest(models_dir, manifest)


def _documents(models_dir: Path, own: OwnModel) -> dict[str, Any]:
    """Write the map's points, classes on a grid, and statistics of them."""
    rng = np.random.default_rng(1)
    classes, d = own.network.classes, own.network.latent_size
    side = int(np.ceil(np.sqrt(classes)))
    centres = np.array([[k % side, k // side] for k in range(classes)]) / side * 6 - 3 + 3 / side
    labels = np.repeat(np.arange(classes), own.points)
    xy = centres[labels] + rng.normal(size=(len(labels), 2)) / side / 2
    order = rng.permutation(len(labels))
    labels, xy = labels[order], xy[order].round(3)
    spread = [[0.25 / side**2, 0.0], [0.0, 0.25 / side**2]]
    rows = [
        {"label": k, "count": own.points, "mean": centres[k].tolist(), "covariance": spread}
        for k in range(classes)
    ]
    axes = np.linalg.qr(rng.normal(size=(d, 2)))[0].T.round(4)
    origin = rng.normal(size=d).round(3)
    statistics: dict[str, Any] = {
        "splits": {"train": rows},
        "latents": {"mean": [0.0] * d, "variance": [1.0] * d},
    }
    if d > 2:
        statistics["plane"] = {
            "projection": "pca",
            "origin": origin.tolist(),
            "axes": axes.tolist(),
        }
        statistics["splits"]["train"] = [
            {
                "label": row["label"],
                "count": row["count"],
                "mean": (origin + np.array(row["mean"]) @ axes).tolist(),
                "variance": [1.0] * d,
                "plane": {"mean": row["mean"], "covariance": spread},
            }
            for row in rows
        ]
    means = {
        "count": len(labels), "split": "train", "labels": labels.tolist(),
        "x": xy[:, 0].tolist(), "y": xy[:, 1].tolist(), "statistics": rows,
    }  # fmt: skip
    points = _put(models_dir, means)
    return {
        "means": points,
        "statistics": _put(models_dir, statistics),
        **({"projections": {"pca": points}} if d > 2 else {}),
    }


def _put(models_dir: Path, document: Any) -> dict[str, Any]:
    return write_object(models_dir, json.dumps(document).encode(), "json")
