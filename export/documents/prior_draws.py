"""Random draws of a model's prior: what the page decodes to show its samples."""

from export.documents.json_numbers import decimals, to_json
from train.evaluation.samples import draw_prior
from train.models.autoencoder import Autoencoder

COUNT = 64
SEED = 0


def prior_json(model: Autoencoder) -> bytes:
    """Write 64 draws of z from the prior.

    Layout:
        {"count": 64, "seed": integer, "labels": [64 integers], "z": [[d], …]}

    z ~ N(0, I), or N(m, I) with the prior mean m of its label where the model has targets. Labels
    cycle through the classes: a conditioned decoder is given them, another ignores them. An
    autoencoder was trained with no prior; what N(0, I) decodes to shows that.
    """
    z, labels = draw_prior(model, COUNT, SEED)
    document = {
        "count": COUNT,
        "seed": SEED,
        "labels": labels.tolist(),
        "z": [decimals(row, 2) for row in z.numpy()],
    }
    return to_json(document)
