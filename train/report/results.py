"""What was measured of every finished run, collected, drawn and written out under docs/.

`python -m train figures` collects what was measured of each finished run into
docs/results/models.json, where other recipes' entries stay, draws docs/figures/, and writes
docs/results.md (train/report/results_page.py) from the files in docs/results/ alone, so that a
test can tell when the page is stale. `python -m train baselines` measures what needs no model into
docs/results/baselines.json, and writes the page, too.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from latent_atlas.program import program
from latent_atlas.train.data import datasets
from latent_atlas.train.errors import UserError
from latent_atlas.train.evaluation.anomaly import baseline
from latent_atlas.train.evaluation.encodings import halves
from latent_atlas.train.evaluation.samples import means_of_two
from latent_atlas.train.files import write_atomic
from latent_atlas.train.models.held_out_classifier import load_classifier
from latent_atlas.train.recipes.published import RECIPES
from latent_atlas.train.recipes.serialisation import fields_of
from latent_atlas.train.report.figures.catalogue import FIGURES, render
from latent_atlas.train.report.gallery import Exhibit, Gallery
from latent_atlas.train.report.results_page import page
from latent_atlas.train.report.study_claims import Document
from latent_atlas.train.rounding import significant

# Under docs/: what was measured of each shipped model, of each run of the study, and of no model.
MODELS, STUDY = Path("results/models.json"), Path("results/study.json")
BASELINES = Path("results/baselines.json")

_KEPT = (
    "recipe", "seed", "commit", "dataset", "train_images", "epochs", "train_seconds", "precision",
    "torch", "machine", "parameters", "train", "test", "lattice_bound", "integral", "information",
    "calibration",
    "errors", "knn", "linear_probe", "disentanglement", "active_units", "samples", "classifier",
    "style", "faces", "attributes",
    "judge_accuracy_by_attribute", "judge_balanced_accuracy_by_attribute", "weights_sha256",
)  # fmt: skip


def collect(gallery: Gallery) -> Document:
    """Return what was measured of each finished recipe, by id."""
    found: Document = {}
    for run_id in RECIPES:
        if (gallery.runs / run_id / "report.json").exists():
            exhibit = gallery[run_id]
            if exhibit.report.get("quick"):
                again = f"{program('train')} evaluate {run_id}"
                print(f"{run_id} is left out: measured with --quick; in full: {again}.")
                continue
            kept = {name: exhibit.report[name] for name in _KEPT if name in exhibit.report}
            kept["hyperparameters"] = fields_of(exhibit.recipe)
            if "anomaly" in exhibit.report:
                kept["anomaly"] = {
                    name: {"auc": part["auc"]} for name, part in exhibit.report["anomaly"].items()
                }
            found[run_id] = significant(kept | _map_numbers(exhibit), 6)
    return found


def _map_numbers(exhibit: Exhibit) -> dict[str, Any]:
    """Return how well classes are told apart on a map, and how little they move between sets."""
    if exhibit.recipe.latent_size != 2:
        return {}
    mu, labels = exhibit.mu, exhibit.images.labels.numpy()
    test_mu, test_labels = exhibit.test_mu, exhibit.test.labels.numpy()
    classes = range(exhibit.images.classes)

    def means(mu: Any, own: Any) -> Any:
        return np.array([mu[own == label].mean(0) for label in classes])

    def nearest(places: Any) -> float:
        distances = np.square(test_mu[:, None] - places).sum(2)
        return float((distances.argmin(1) == test_labels).mean())

    whole = means(mu, labels)
    width = np.array([[mu[labels == label].std(0, ddof=1).mean()] for label in classes])
    first, second = (means(mu[part], labels[part]) for part in halves(len(labels)))
    moved = {"halves": first - second, "test": means(test_mu, test_labels) - whole}
    found: dict[str, Any] = {
        "nearest_mean": nearest(whole),
        "stability": {
            name: float(np.linalg.norm(step / width, axis=1).max()) for name, step in moved.items()
        },
    }
    if exhibit.recipe.prior_means:
        found["nearest_target"] = nearest(np.array(exhibit.recipe.prior_means))
    return found


def load_json(path: Path) -> Document:
    """Read a results file; an absent study is one without runs."""
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        return {"runs": []}


def write_baselines(runs: Path, docs: Path) -> None:
    """Measure on MNIST what needs no trained model, and write it and the page under `docs`.

    The held-out classifier is the one in `runs`, or is trained there now.

    Raises:
        UserError: MNIST can be neither read nor downloaded.
    """
    images, test = datasets.load("mnist", "train"), datasets.load("mnist", "test")
    classifier = load_classifier(images, test, runs / "judges")
    found = {
        "grey_pixels_auc": baseline("mnist", test),
        "means_of_two": {"confident": means_of_two(test, classifier).confident},
    }
    text = json.dumps(significant({"mnist": found}, 6), indent=2)
    write_atomic(docs / BASELINES, f"{text}\n".encode(), verify=json.loads)
    if (docs / MODELS).exists():
        _write_page(docs)


def _write_page(docs: Path) -> None:
    files = (load_json(docs / path) for path in (MODELS, STUDY, BASELINES))
    write_atomic(docs / "results.md", page(*files).encode())


def write_results(runs: Path, docs: Path) -> Sequence[str]:
    """Collect, draw and write everything under `docs`; return the figures left out.

    What was measured before of a recipe that has no finished run here stays.

    Raises:
        UserError: no run is finished.
    """
    gallery = Gallery(runs)
    found = collect(gallery)
    if not found:
        raise UserError(f"There is no finished run in {runs}; train one: {program('train')} vae-2.")
    models = load_json(docs / MODELS) | found
    models = {name: models[name] for name in RECIPES if name in models}
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(model)}" for name, model in models.items())
    write_atomic(docs / MODELS, f"{{\n{lines}\n}}\n".encode(), verify=json.loads)
    study = load_json(docs / STUDY)
    missing = []
    for entry in FIGURES:
        try:
            write_atomic(docs / "figures" / f"{entry.name}.png", render(entry, gallery, study))
        except (UserError, KeyError):
            missing.append(entry.name)
    _write_page(docs)
    return missing
