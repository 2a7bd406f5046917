"""What a template can call: formulas in MathML, and the documents of a release."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.bench.report import current_manifest
from tests.support.releases import TinyModel, make_release, object_path, write_object
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


def page_of(manifest: dict[str, Any], models: Path, dist: Path) -> str:
    return PageMaker(ROOT / "webapp" / "templates", dist, models).render(manifest)


@pytest.mark.parametrize("lost", IDS)
def test_the_page_is_made_without_any_one_model(lost: str, dist: Path) -> None:
    kept = [model for model in SHIPPED["models"] if model["id"] != lost]
    page = page_of(SHIPPED | {"models": kept}, ROOT / "static" / "models", dist)
    assert page.count("<section id=") == 13
    assert f'"id":"{lost}"' not in page


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


def test_the_page_says_how_well_the_judge_of_samples_reads_the_test_images(dist: Path) -> None:
    vae = next(model for model in SHIPPED["models"] if model["id"] == "vae-2")
    report = json.loads((ROOT / "static" / vae["report"]["url"]).read_bytes())
    asked = report["samples"]["test_images"]["asked"]
    page = page_of(SHIPPED, ROOT / "static" / "models", dist)
    assert f"reads {100 * asked:.1f}" in page.replace("\N{NO-BREAK SPACE}", " ")


def test_a_formula_is_set_as_mathml_and_stays_markup() -> None:
    assert str(math(r"\mu + \sigma")).startswith("<math")
    assert 'display="block"' in math(r"z \sim p", display=True)
    assert "&lt;math" not in f"{math('z')}"
    assert math(r"\frac{1}{2}").count("<mn>") == 2


def test_a_document_is_read_and_a_damaged_or_missing_one_is_none(tmp_path: Path) -> None:
    maker = PageMaker(tmp_path, tmp_path, tmp_path)
    read = maker._environment.from_string(
        "{{ document(file).errors if document(file) else 'none' }}"
    )
    entry = write_object(tmp_path, json.dumps({"errors": 7}).encode(), "json")
    assert read.render(file=entry) == "7"
    object_path(tmp_path, entry).write_bytes(b'{"errors": 8}')
    assert read.render(file=entry) == "none"
    object_path(tmp_path, entry).unlink()
    assert read.render(file=entry) == "none"
    assert (
        maker._environment.from_string("{{ document(model.report) is none }}").render(model={})
        == "True"
    )
