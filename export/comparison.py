"""Whether a run is better or worse than the published model that it would replace.

Likelihoods are compared where both have one, squared errors otherwise. What a mere other seed
changes is no difference: the spread of the study's seeds where the study has the recipe, else
1 nat of the ELBO and 2 % of the squared error, which few recipes of the study exceed.
"""

import contextlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from latent_atlas.train.report.study_claims import Document

_SPREAD_OF_ELBO = 1.0
_SPREAD_OF_ERROR = 0.02


class Comparison(NamedTuple):
    """A published number beside that of the run that would replace it."""

    name: str
    old: float
    new: float
    gain: float
    """How much better the new one is; negative where it is worse."""
    spread: float
    """What another seed may change."""

    @property
    def is_worse(self) -> bool:
        """Whether it is worse by more than another seed may change."""
        return self.gain < -self.spread

    def __str__(self) -> str:
        verdict = "better" if self.gain > self.spread else "as good"
        if self.is_worse:
            verdict = "worse"
        return f"{self.name} {_number(self.old)} → {_number(self.new)}, {verdict}"


def compare(
    entry: dict[str, Any], run: Any, study: Document, report: Document
) -> Comparison | None:
    """Compare a published entry, whose report is `report`, with a run of the same id.

    None where they are of different test images: another dataset or size, or other counts of the
    classes; or where the published one, trained elsewhere, has no such number. A report that cannot
    be read is empty, and tells no counts.
    """
    channels, height, width = run.model.image_shape
    image = {"height": height, "width": width, "channels": channels}
    if (entry["dataset"], entry["image"]) != (run.recipe.dataset, image):
        return None
    if report and _counts(report) != _counts(run.report):
        return None
    metrics, test = entry.get("metrics", {}), run.report["test"]
    if test is not None and "test_elbo" in metrics:
        old, new = metrics["test_elbo"], test["elbo"]
        spread = _seeds(study, run.recipe.id, "test", "elbo") or _SPREAD_OF_ELBO
        return Comparison("test ELBO", old, new, new - old, spread)
    if "squared_error" not in metrics:
        return None
    old, new = metrics["squared_error"], run.report["errors"]["squared_error"]
    seeds = _seeds(study, run.recipe.id, "errors", "squared_error")
    return Comparison("squared error", old, new, old - new, seeds or _SPREAD_OF_ERROR * old)


def _counts(report: Document) -> dict[int, int]:
    """Return how many test images there are of each class."""
    return {row["label"]: row["count"] for row in report["errors"]["by_class"]}


def load_study(path: Path) -> Document:
    """Return the study's results; without runs where the file is absent or damaged."""
    with contextlib.suppress(OSError, ValueError):
        document = json.loads(path.read_bytes())
        if isinstance(document, dict):
            return document
    return {"runs": []}


def _seeds(study: Document, name: str, *keys: str) -> float | None:
    """Return by how much the seeds of a recipe differ in a number; None: not measured twice."""
    found = [run for run in study.get("runs", []) if run["id"] == name]
    numbers: Sequence[float] = [run[keys[0]][keys[1]] for run in found if run.get(keys[0])]
    return max(numbers) - min(numbers) if len(numbers) > 1 else None


def _number(value: float) -> str:
    return f"{value:.1f}".replace("-", "−")
