"""Rate and distortion by the weight of the KL, and the planes of those runs, of the study."""

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np

from latent_atlas.export.documents.json_numbers import to_json
from latent_atlas.export.documents.study_document import mean_and_std
from latent_atlas.export.documents.training_trace import trace_json
from latent_atlas.train.errors import UserError
from latent_atlas.train.report.study_claims import BETAS, RATE_DISTORTION, Document, is_whole


def rate_distortion(path: Path) -> tuple[bytes, bytes] | None:
    """Write the numbers over the seeds, and the first seed's codes as a trace over β.

    None where there is no results file, or one without all of these runs.

    Raises:
        UserError: the file is not what the study writes.
    """
    try:
        study = json.loads(path.read_bytes())
        if not is_whole(study, "beta"):
            return None
        planes = {beta: _plane(study, run_id) for beta, run_id in BETAS.items()}
        numbers = {
            name: [mean_and_std(study, run_id, *keys) for run_id in BETAS.values()]
            for name, keys in RATE_DISTORTION.items()
        }
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, StopIteration) as error:
        raise UserError(
            f"{path} has no planes of the runs by β; train them again: python -m train study beta."
        ) from error
    codes = {
        beta: np.array(plane["mu"], np.float32).reshape(-1, 2) for beta, plane in planes.items()
    }
    labels = np.array(next(iter(planes.values()))["labels"])
    pictures = b"".join(base64.b64decode(plane["decoded"]) for plane in planes.values())
    document = {
        "betas": list(BETAS),
        "numbers": numbers,
        "count": int(labels.max()) + 1,
        "pixels": base64.b64encode(pictures).decode(),
    }
    return to_json(document), trace_json(codes, labels, "test")


def _plane(study: Document, run_id: str) -> dict[str, Any]:
    plane: dict[str, Any] = next(
        run["plane"] for run in study["runs"] if run["id"] == run_id and "plane" in run
    )
    return plane
