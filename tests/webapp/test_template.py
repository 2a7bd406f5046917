"""The page's templates: made of any release; what they claim; formulas in MathML."""

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.bench.report import current_manifest
from tests.support.made_releases import TinyModel, make_release, write_object
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


def test_the_page_says_how_well_the_held_out_classifier_reads_the_test_images(
    shipped_page: str,
) -> None:
    vae = next(model for model in SHIPPED["models"] if model["id"] == "vae-5")
    report = json.loads((ROOT / "static" / vae["report"]["url"]).read_bytes())
    accuracy = report["samples"]["test_images"]["asked"]
    assert f"right on {100 * accuracy:.1f} %" in re.sub(r"<[^>]+>", "", shipped_page)


def page_with_verdicts(dist: Path, models: Path, verdicts: dict[str, str] | None) -> str:
    """Make the page of the shipped release with these verdicts on the study's claims."""
    study = json.loads((ROOT / "static" / SHIPPED["study"]["url"]).read_bytes())
    study.pop("claims", None)
    if verdicts is not None:
        study["claims"] = [{"id": id_, "verdict": verdict} for id_, verdict in verdicts.items()]
    shutil.copytree(ROOT / "static" / "models", models, copy_function=os.symlink)
    entry = write_object(models, json.dumps(study).encode(), "json")
    return page_of(SHIPPED | {"study": entry}, models, dist)


REFUTED = {
    "vae-error-falls-with-size": "shown",
    "classification-widens-gaps-from-zero": "not shown",
    "vae-samples-more-digits-at-2": "contradicted",
}
"""The verdicts by which each of three common claims does not hold."""


@pytest.mark.parametrize("lost", [None, *REFUTED])
def test_a_claim_is_told_where_the_study_refutes_it(
    lost: str | None, dist: Path, tmp_path: Path
) -> None:
    verdicts = {id_: verdict for id_, verdict in REFUTED.items() if id_ != lost}
    page = page_with_verdicts(dist, tmp_path / "models", verdicts)
    claims = page[page.index('class="part prose claims"') :]
    assert claims[: claims.index("</ul>")].count("<li>") == len(verdicts)


@pytest.mark.parametrize(
    "verdicts", [None, {"vae-error-falls-with-size": "not shown"}], ids=["older release", "none"]
)
def test_where_no_claim_is_refuted_there_is_no_list_of_them(
    verdicts: dict[str, str] | None, dist: Path, tmp_path: Path
) -> None:
    page = page_with_verdicts(dist, tmp_path / "models", verdicts)
    assert 'class="part prose claims"' not in page


def test_a_formula_is_set_as_mathml_and_stays_markup() -> None:
    assert str(math(r"\mu + \sigma")).startswith("<math")
    assert 'display="block"' in math(r"z \sim p", display=True)
    assert "&lt;math" not in f"{math('z')}"
    assert math(r"\frac{1}{2}").count("<mn>") == 2
