"""Attribute vectors of a release, over the training set, with their measured effects."""

from typing import Any

import torch

from export.documents.json_numbers import decimals, to_json
from train.data.images import Dataset, Images
from train.evaluation.attribute_vectors import AttributeVectors, attribute_vectors
from train.evaluation.encodings import Encodings
from train.models.attribute_network import attributes_of
from train.rounding import significant


def attributes_json(
    train: Encodings, images: Images, dataset: Dataset, report: dict[str, Any]
) -> bytes:
    """Write the vector of each attribute.

    Args:
        train: of the images the model was trained on.
        images: those, with attributes.
        dataset: which names these.
        report: the run's, with what its vectors were measured to do.

    Its layout is that of docs/release-format.md, “Attributes”.
    """
    if "attribute_vectors" in report:
        vectors = AttributeVectors.from_report(report["attribute_vectors"])
    else:  # an older run
        vectors = attribute_vectors(
            torch.from_numpy(train.mu), attributes_of(images), dataset.attribute_names,
            dataset.attribute_groups,
        )  # fmt: skip
    document = {
        "names": list(vectors.names),
        "groups": [list(group) for group in vectors.groups],
        "count": len(train),
        "split": train.split,
        "with": list(vectors.count_with),
        "without": list(vectors.count_without),
        "vectors": decimals(vectors.raw.numpy(), 4),
        "orthogonal": decimals(vectors.orthogonal.numpy(), 4),
        "measured": significant(report["attributes"], 4),
    }
    return to_json(document)
