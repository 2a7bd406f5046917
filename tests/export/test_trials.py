"""Trials beside published models: under a name of their own, compared, and measured quickly."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from latent_atlas.export.comparison import compare, load_study
from latent_atlas.train.__main__ import main as train_main
from latent_atlas.train.recipes.published import RECIPES
from tests.export.conftest import TINY
from tests.support.quick import quick_measurements
from tests.support.server import Server
from tests.support.whole import read_whole_release

Export = Callable[..., int]


def entry(**metrics: float) -> dict[str, Any]:
    image = {"height": 28, "width": 28, "channels": 1}
    return {"id": "vae-2", "dataset": "mnist", "image": image, "metrics": metrics}


def run_of(elbo: float | None, squared_error: float = 25.0, dataset: str = "mnist") -> Any:
    recipe = SimpleNamespace(id="vae-2", dataset=dataset)
    errors = {"squared_error": squared_error, "by_class": [{"label": 0, "count": 5}]}
    report = {"test": None if elbo is None else {"elbo": elbo}, "errors": errors}
    model = SimpleNamespace(image_shape=(1, 28, 28))
    return SimpleNamespace(recipe=recipe, report=report, model=model)


@pytest.mark.parametrize(
    ("elbo", "text"),
    [
        (-205.1, "test ELBO −129.2 → −205.1, worse"),
        (-130.0, "test ELBO −129.2 → −130.0, as good"),
        (-129.2, "test ELBO −129.2 → −129.2, as good"),
        (-120.0, "test ELBO −129.2 → −120.0, better"),
    ],
)
def test_B22_likelihoods_are_compared(elbo: float, text: str) -> None:
    found = compare(entry(test_elbo=-129.2, squared_error=24.0), run_of(elbo), {"runs": []}, {})
    assert str(found) == text
    assert found is not None
    assert found.is_worse == ("worse" in text)


def test_B22_autoencoders_are_compared_by_squared_error() -> None:
    for error, verdict in ((25.4, "as good"), (25.6, "worse"), (24.0, "better")):
        found = compare(entry(squared_error=25.0), run_of(None, error), {"runs": []}, {})
        assert str(found) == f"squared error 25.0 → {error}, {verdict}"


def test_B22_the_study_says_how_much_a_seed_changes(tmp_path: Path) -> None:
    runs = [{"id": "vae-2", "test": {"elbo": elbo}} for elbo in (-130.0, -135.0)]
    study = tmp_path / "study.json"
    study.write_text(json.dumps({"runs": runs}))
    found = compare(entry(test_elbo=-129.2), run_of(-134.0), load_study(study), {})
    assert str(found).endswith("as good")
    study.write_text("damaged")
    found = compare(entry(test_elbo=-129.2), run_of(-134.0), load_study(study), {})
    assert str(found).endswith("worse")
    assert load_study(tmp_path / "none.json") == {"runs": []}


def test_B22_numbers_of_other_images_are_not_compared() -> None:
    published = entry(test_elbo=-129.2)
    assert compare(published, run_of(-200.0, dataset="images"), {"runs": []}, {}) is None
    report = {"errors": {"by_class": [{"label": 0, "count": 6}]}}
    assert compare(published, run_of(-200.0), {"runs": []}, report) is None
    # Nor is one that was trained elsewhere and never measured.
    assert compare(entry(), run_of(-200.0), {"runs": []}, {}) is None


@pytest.mark.slow
def test_B22_a_worse_model_replaces_none_unless_asked_to(
    export: Export, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export("vae-2", replace=False) == 0
    before = read_whole_release(models)
    assert export("vae-2", replace=False) == 0
    assert "as good" in capsys.readouterr().out
    # What was published was better than any tiny run is.
    path = models / "releases" / before["release"] / "manifest.json"
    elbo = before["models"][0]["metrics"]["test_elbo"]
    before["models"][0]["metrics"]["test_elbo"] = elbo + 50
    path.write_text(json.dumps(before))
    for only in ([], ["--only"]):
        assert export("vae-2", *only, replace=False) == 1
        said = capsys.readouterr()
        assert said.out.strip().endswith(", worse")
        assert "--replace" in said.err
        assert said.err.count("\n") == 1
        assert read_whole_release(models) == before
    assert export("vae-2", replace=True) == 0
    assert read_whole_release(models)["models"][0]["metrics"]["test_elbo"] == elbo


@pytest.mark.slow
def test_B22_a_quick_trial_is_published_beside_the_shipped_model_and_served(
    export: Export, models: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_ROOT", str(tiny / "data"))
    quick_measurements(monkeypatch)
    runs = tiny / "runs-9"
    for recipe, name in (("vae-2", "a-trial"), ("cvae-2", "trial-of-labels")):
        words = [recipe, f"--name={name}", "--quick", "--runs", str(runs), *TINY]
        assert train_main(words) == 0
    assert export(replace=False) == 0
    shipped = read_whole_release(models)["models"]
    assert export(replace=False, seed=9) == 0
    manifest = read_whole_release(models)
    assert manifest["models"][: len(shipped)] == shipped
    trial, other = manifest["models"][len(shipped) :]
    assert (trial["id"], other["id"]) == ("a-trial", "trial-of-labels")
    assert trial["title"] == f"{RECIPES['vae-2'].title}: a-trial"
    assert "lattice" not in trial
    report = json.loads((models / "objects" / Path(trial["report"]["url"]).name).read_text())
    assert report["samples"] is None
    assert report["test"]["elbo"] < 0
    with Server(models_dir=models) as server:
        assert "a-trial" in server.get("/")[1].decode()
    # A release of nothing but quick trials has a page, too.
    assert export("--only", replace=False, seed=9) == 0
    with Server(models_dir=models) as server:
        status, page = server.get("/")[:2]
        assert status == 200
        assert "trial-of-labels" in page.decode()
