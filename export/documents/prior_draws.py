"""Random draws of a model's prior: what the page decodes to show its samples."""

from export.documents.json_numbers import decimals, to_json
from train.evaluation.samples import draw_prior
from train.models.autoencoder import Autoencoder

COUNT = 64
SEED = 0


def prior_json(model: Autoencoder) -> bytes:
    """Write 64 draws of z from the prior.

    Its layout is that of docs/release-format.md, “Prior”.
    """
    z, labels = draw_prior(model, COUNT, SEED)
    document = {
        "count": COUNT,
        "seed": SEED,
        "labels": labels.tolist(),
        "z": [decimals(row, 2) for row in z.numpy()],
    }
    return to_json(document)
