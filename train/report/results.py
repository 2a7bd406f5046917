"""What was measured of every finished run, collected, drawn and written out under docs/.

`python -m train figures` collects what was measured of each finished run into
docs/results/models.json, where other recipes' entries stay, draws docs/figures/, and writes
docs/results.md (train/report/results_page.py) from models.json and study.json alone, so that a
test can tell when the page is stale.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from train.errors import UserError
from train.evaluation.encodings import halves
from train.files import write_atomic
from train.recipes.published import RECIPES
from train.recipes.serialisation import fields_of
from train.report.figures.catalogue import FIGURES, file_name, render
from train.report.gallery import Exhibit, Gallery
from train.report.results_page import NOT_WHOLE, is_whole, page
from train.report.study_claims import Document
from train.rounding import significant

_KEPT = (
    "recipe", "seed", "commit", "dataset", "train_images", "epochs", "train_seconds", "precision",
    "torch", "machine", "parameters", "train", "test", "errors", "knn", "linear_probe",
    "active_units", "samples", "classifier", "style", "faces", "attributes",
    "judge_accuracy_by_attribute", "weights_sha256",
)  # fmt: skip
_DIGITS = 6


@dataclass(frozen=True)
class Places:
    """Where results are written."""

    docs: Path

    @property
    def models(self) -> Path:
        """What was measured of each shipped model."""
        return self.docs / "results" / "models.json"

    @property
    def study(self) -> Path:
        """What was measured of each run of the study."""
        return self.docs / "results" / "study.json"

    @property
    def figures(self) -> Path:
        """The folder of the figures."""
        return self.docs / "figures"

    @property
    def page(self) -> Path:
        """The page that tells all of it."""
        return self.docs / "results.md"


def collect(gallery: Gallery) -> Document:
    """Return what was measured of each finished recipe, by id."""
    found: Document = {}
    for run_id in RECIPES:
        if (gallery.runs / run_id / "report.json").exists():
            exhibit = gallery[run_id]
            kept = {name: exhibit.report[name] for name in _KEPT if name in exhibit.report}
            kept["hyperparameters"] = fields_of(exhibit.recipe)
            if "anomaly" in exhibit.report:
                kept["anomaly"] = {
                    name: {"auc": part["auc"]} for name, part in exhibit.report["anomaly"].items()
                }
            found[run_id] = significant(kept | _map_numbers(exhibit), _DIGITS)
    return found


def _map_numbers(exhibit: Exhibit) -> dict[str, Any]:
    """Return how well classes are told apart on a map, and how little they move between sets."""
    if exhibit.recipe.latent_size != 2:
        return {}
    labels, test_labels = exhibit.images.labels.numpy(), exhibit.test.labels.numpy()
    classes = range(exhibit.images.classes)

    def means(mu: Any, own: Any) -> Any:
        return np.array([mu[own == label].mean(0) for label in classes])

    def nearest(places: Any) -> float:
        distances = np.square(exhibit.test_mu[:, None] - places).sum(2)
        return float((distances.argmin(1) == test_labels).mean())

    whole = means(exhibit.mu, labels)
    width = np.array([exhibit.mu[labels == label].std(0, ddof=1).mean() for label in classes])[
        :, None
    ]
    first, second = (means(exhibit.mu[part], labels[part]) for part in halves(len(labels)))
    found: dict[str, Any] = {
        "nearest_mean": nearest(whole),
        "stability": {
            "halves": float(np.linalg.norm((first - second) / width, axis=1).max()),
            "test": float(
                np.linalg.norm((means(exhibit.test_mu, test_labels) - whole) / width, axis=1).max()
            ),
        },
    }
    if exhibit.recipe.prior_means:
        found["nearest_target"] = nearest(np.array(exhibit.recipe.prior_means))
    return found


def draw_figures(gallery: Gallery, study: Document, folder: Path) -> list[str]:
    """Draw every figure whose runs are there; return the names of those that were left out."""
    missing = []
    for entry in FIGURES:
        try:
            if not is_whole(study, "grid") and entry.name in ("errors-by-size", "curves"):
                raise UserError(NOT_WHOLE)
            write_atomic(folder / file_name(entry), render(entry, gallery, study))
        except UserError:
            missing.append(entry.name)
    return missing


def load_json(path: Path) -> Document:
    """Read a results file; an absent study is one without runs."""
    try:
        document: Document = json.loads(path.read_text())
    except FileNotFoundError:
        return {"runs": []}
    return document


def write_results(runs: Path, docs: Path) -> Sequence[str]:
    """Collect, draw and write everything under `docs`; return the figures left out.

    What was measured before of a recipe that has no finished run here stays.

    Raises:
        UserError: no run is finished.
    """
    gallery, places = Gallery(runs), Places(docs)
    found = collect(gallery)
    if not found:
        raise UserError(f"There is no finished run in {runs}; train one: python -m train vae-2.")
    held = load_json(places.models) if places.models.exists() else {}
    models = {name: (held | found)[name] for name in RECIPES if name in held or name in found}
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(model)}" for name, model in models.items())
    write_atomic(places.models, f"{{\n{lines}\n}}\n".encode(), verify=json.loads)
    study = load_json(places.study)
    missing = draw_figures(gallery, study, places.figures)
    write_atomic(places.page, page(models, study).encode())
    return missing
