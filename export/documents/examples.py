"""Where figures start from: q(z | x) of test images, attribute vectors, draws from the prior."""

import base64
from typing import Any

import numpy as np

from latent_atlas.export.documents.json_numbers import decimals, to_json
from latent_atlas.program import program
from latent_atlas.train.data.datasets import NOT_TO_PASS_ON
from latent_atlas.train.data.images import Images
from latent_atlas.train.errors import UserError
from latent_atlas.train.evaluation.attribute_vectors import AttributeVectors
from latent_atlas.train.evaluation.encodings import Encodings
from latent_atlas.train.evaluation.samples import Prior, draw_prior
from latent_atlas.train.models.attribute_network import attributes_of
from latent_atlas.train.rounding import significant

_TILES = 10
_FACES = 24
_DRAWS, _SEED = 64, 0


def tiles_json(test: Encodings) -> bytes:
    """Write q(z | x) of the first test image of each class, of the first ten classes at most."""
    _, index = np.unique(test.labels, return_index=True)
    tiles = test.select(index[:_TILES])
    document = {
        "count": len(tiles), "split": test.split, "index": index[:_TILES].tolist(),
        "labels": tiles.labels.tolist(), "mu": decimals(tiles.mu, 4),
    }  # fmt: skip
    return to_json(document | _sigma(tiles))


def faces_json(test: Encodings, images: Images, dataset: str) -> bytes:
    """Write q(z | x) and the attributes of the first 24 test images.

    Their pixels as well, where the dataset's licence allows them to be passed on.
    """
    some = test.select(slice(0, _FACES))
    count = len(some)
    document = {
        "count": count, "split": test.split, "index": list(range(count)),
        "mu": decimals(some.mu, 4), "attributes": attributes_of(images)[:count].tolist(),
    }  # fmt: skip
    document |= _sigma(some)
    if dataset not in NOT_TO_PASS_ON:
        pixels = images.pixels[:count].permute(0, 2, 3, 1).contiguous().numpy()
        document["pixels"] = base64.b64encode(pixels.tobytes()).decode()
    return to_json(document)


def attributes_json(train: Encodings, report: dict[str, Any]) -> bytes:
    """Write the vector of each attribute over the images trained on, and its measured effects.

    Raises:
        UserError: the run is older than such measurements.
    """
    if "attribute_vectors" not in report:
        name = report["recipe"]
        raise UserError(f"Measure {name} again first: {program('train')} evaluate {name}.")
    vectors = AttributeVectors.from_report(report["attribute_vectors"])
    balanced = report.get("judge_balanced_accuracy_by_attribute")
    document = {
        "names": list(vectors.names),
        "groups": [list(group) for group in vectors.groups],
        "count": len(train),
        "split": train.split,
        "with": list(vectors.count_with),
        "without": list(vectors.count_without),
        "vectors": decimals(vectors.raw.numpy(), 4),
        "orthogonal": decimals(vectors.orthogonal.numpy(), 4),
        "measured": significant(report.get("attributes", {}), 4),
    }
    if vectors.against:
        document["against"] = [list(others) for others in vectors.against]
    if balanced is not None:
        document["read"] = significant([balanced[name] for name in vectors.names], 3)
    return to_json(document)


def _sigma(some: Encodings) -> dict[str, Any]:
    if some.logvar is None:
        return {}
    return {"sigma": significant(np.exp(0.5 * some.logvar).tolist(), 4)}


def prior_json(model: Prior) -> bytes:
    """Write 64 draws of z from the prior."""
    z, labels = draw_prior(model, _DRAWS, _SEED)
    drawn = {"labels": labels.tolist(), "z": decimals(z.numpy(), 2)}
    return to_json({"count": _DRAWS, "seed": _SEED, **drawn})
