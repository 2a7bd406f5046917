"""The page's templates: made of any release; what they claim; formulas in MathML."""

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.bench.report import current_manifest
from tests.support.releases import TinyModel, make_release, write_object
from tests.support.server import ROOT
from tests.support.site import make_dist
from webapp.pages import PageMaker, math

SHIPPED = current_manifest()
IDS = [model["id"] for model in SHIPPED["models"]]


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    dist = tmp_path_factory.mktemp("dist")
    make_dist(dist)
    return dist


@pytest.fixture(scope="module")
def shipped_page(dist: Path) -> str:
    return page_of(SHIPPED, ROOT / "static" / "models", dist)


def page_of(manifest: dict[str, Any], models: Path, dist: Path) -> str:
    return PageMaker(ROOT / "webapp" / "templates", dist, models).render(manifest)


@pytest.mark.slow
@pytest.mark.parametrize("lost", IDS)
def test_the_page_is_made_without_any_one_model(lost: str, dist: Path) -> None:
    kept = [model for model in SHIPPED["models"] if model["id"] != lost]
    page = page_of(SHIPPED | {"models": kept}, ROOT / "static" / "models", dist)
    assert page.count("<section id=") == 13
    assert f'"id":"{lost}"' not in page


@pytest.mark.slow
@pytest.mark.parametrize("only", IDS)
def test_the_page_is_made_of_a_single_model_and_of_one_without_documents(
    only: str, dist: Path, tmp_path: Path
) -> None:
    theirs = next(model for model in SHIPPED["models"] if model["id"] == only)
    page = page_of(SHIPPED | {"models": [theirs]}, ROOT / "static" / "models", dist)
    assert page.count("<section id=") == 13
    assert 'class="section-error"' in page, "some section must miss its model"
    bare = TinyModel(
        id=only,
        condition=theirs["condition"],
        latent_size=min(5, theirs["latent_size"]),
        deterministic=theirs["kind"] == "ae",
        classifies=theirs["kind"] == "classifier-vae",
    )
    page = page_of(make_release(tmp_path, "bare", [bare]), tmp_path, dist)
    assert page.count("<section id=") == 13


def test_the_page_is_made_where_every_document_is_missing(dist: Path, tmp_path: Path) -> None:
    assert page_of(SHIPPED, tmp_path, dist).count("<section id=") == 13


def test_the_page_says_how_well_the_judge_of_samples_reads_the_test_images(
    shipped_page: str,
) -> None:
    vae = next(model for model in SHIPPED["models"] if model["id"] == "vae-2")
    report = json.loads((ROOT / "static" / vae["report"]["url"]).read_bytes())
    asked = report["samples"]["test_images"]["asked"]
    assert f"reads {100 * asked:.1f} %" in re.sub(r"<[^>]+>", "", shipped_page)


def study_page(dist: Path, models: Path, change: Callable[[dict[str, Any]], None]) -> str:
    """Make the page of the shipped release with another study."""
    study = json.loads((ROOT / "static" / SHIPPED["study"]["url"]).read_bytes())
    rows = {row["id"].removeprefix("study-"): row for row in study["models"]}
    change(rows)
    shutil.copytree(ROOT / "static" / "models", models, copy_function=os.symlink)
    entry = write_object(models, json.dumps(study).encode(), "json")
    return page_of(SHIPPED | {"study": entry}, models, dist)


FINDINGS: dict[str, Callable[[dict[str, Any]], None]] = {
    "The autoencoder’s error falls with every size": lambda rows: rows["ae-20"]["numbers"][
        "squared_error"
    ].update(mean=30.0),
    "The VAE’s is least with 20 latents": lambda rows: rows["vae-100"]["numbers"][
        "squared_error"
    ].update(mean=1.0),
    "the digit 1 costs least": lambda rows: rows["vae-2"]["by_class"][1]["squared_error"].update(
        mean=1e4
    ),
    "so it starts above the solid one": lambda rows: rows["vae-5"]["curves"]["loss"].__setitem__(
        0, 1.0
    ),
    "none has begun to learn its training images by heart": lambda rows: rows["vae-5"]["curves"][
        "held_out_loss"
    ].__setitem__(-1, 99.0),
    "better at every step": lambda rows: rows["vae-10"]["numbers"]["squared_error"].update(
        mean=29.0
    ),
    "Only beyond 20 does it stop": lambda rows: rows["vae-50"]["numbers"]["squared_error"].update(
        mean=9.0
    ),
    "the seeds differ as much as the weights do": lambda rows: rows["class-w1"]["numbers"][
        "knn_1000"
    ].update(mean=0.9, std=0.01),
    "And weight 100 costs likelihood": lambda rows: rows["class-w100"]["numbers"]["elbo"].update(
        mean=-120.0
    ),
    "an autoencoder’s look like digits as often": lambda rows: rows["ae-2"]["numbers"][
        "confident"
    ].update(mean=0.1),
    "though the VAE’s come more evenly": lambda rows: rows["ae-2"]["numbers"]["evenness"].update(
        mean=0.9
    ),
    "With ten latents the claim holds": lambda rows: rows["ae-10"]["numbers"]["confident"].update(
        mean=0.9
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("finding", FINDINGS)
def test_a_finding_of_the_study_is_told_only_where_its_numbers_bear_it_out(
    finding: str, shipped_page: str, dist: Path, tmp_path: Path
) -> None:
    assert finding in shipped_page
    changed = study_page(dist, tmp_path / "models", FINDINGS[finding])
    assert 'id="numbers"' in changed
    assert finding not in changed


def test_without_a_finding_there_is_no_list_of_them(
    shipped_page: str, dist: Path, tmp_path: Path
) -> None:
    def bear_everything_out(rows: dict[str, Any]) -> None:
        for finding in ("better at every step", "the seeds differ", "an autoencoder’s look"):
            next(change for told, change in FINDINGS.items() if told.startswith(finding))(rows)

    assert "What does not hold" in shipped_page
    page = study_page(dist, tmp_path / "models", bear_everything_out)
    assert "What does not hold" not in page


def test_a_formula_is_set_as_mathml_and_stays_markup() -> None:
    assert str(math(r"\mu + \sigma")).startswith("<math")
    assert 'display="block"' in math(r"z \sim p", display=True)
    assert "&lt;math" not in f"{math('z')}"
    assert math(r"\frac{1}{2}").count("<mn>") == 2
