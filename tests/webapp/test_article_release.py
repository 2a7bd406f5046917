"""What the article reads of a release, and how it writes numbers."""

import json
import math
from pathlib import Path
from typing import Any

from latent_atlas.webapp.article.release_view import ReleaseView
from latent_atlas.webapp.article.wording import at, count, fixed, percent, percent_spread, spread
from tests.support.made_releases import object_path, write_object


def release_of(folder: Path, models: list[dict[str, Any]], **more: Any) -> ReleaseView:
    return ReleaseView({"release": "r1", "models": models} | more, folder / "objects")


def test_a_document_is_read_and_a_damaged_or_missing_one_is_none(tmp_path: Path) -> None:
    entry = write_object(tmp_path, json.dumps({"errors": 7}).encode(), "json")
    assert release_of(tmp_path, []).document(entry) == {"errors": 7}
    object_path(tmp_path, entry).write_bytes(b'{"errors": 8}')
    assert release_of(tmp_path, []).document(entry) is None
    object_path(tmp_path, entry).unlink()
    assert release_of(tmp_path, []).document(entry) is None
    assert release_of(tmp_path, []).document(None) is None


def test_models_and_their_documents_are_found_by_name(tmp_path: Path) -> None:
    entry = write_object(tmp_path, b'{"epoch": [1]}', "json")
    release = release_of(tmp_path, [{"id": "vae-2", "curves": entry}, {"id": "ae-2"}])
    assert release.model("vae-5") is None
    assert [model["id"] for model in release.models_of("ae-2", "vae-5", "vae-2")] == [
        "ae-2",
        "vae-2",
    ]
    assert release.document_of(release.model("vae-2"), "curves") == {"epoch": [1]}
    assert release.document_of(release.model("ae-2"), "curves") is None
    assert release.document_of(None, "curves") is None


def test_a_report_is_read_by_a_path_of_which_any_part_may_be_missing(tmp_path: Path) -> None:
    entry = write_object(tmp_path, json.dumps({"test": {"kl": 7.5}, "knn": None}).encode(), "json")
    release = release_of(tmp_path, [{"id": "vae-2", "report": entry}, {"id": "ae-2"}])
    vae = release.model("vae-2")
    assert release.report(vae, "test", "kl") == 7.5
    assert release.report(vae, "test", "elbo") is None
    assert release.report(vae, "knn", "all", "mean") is None
    assert release.report(release.model("ae-2"), "test", "kl") is None
    assert release.report(None, "test") is None
    assert at({"a": {"b": 0}}, "a", "b") == 0
    assert release.kinds_of(2) == {"AE": release.model("ae-2"), "VAE": vae}


def test_numbers_and_verdicts_of_the_study(tmp_path: Path) -> None:
    study = {
        "models": [{"id": "study-vae-2", "numbers": {"knn": {"mean": 0.9, "std": 0.01}}}],
        "claims": [
            {"id": "grows", "verdict": "not shown"},
            {"id": "falls", "verdict": "shown"},
        ],
    }
    entry = write_object(tmp_path, json.dumps(study).encode(), "json")
    release = release_of(tmp_path, [], study=entry)
    assert release.study_numbers("knn", "vae-2", "ae-2") == ({"mean": 0.9, "std": 0.01}, None)
    assert release.study_numbers("elbo", "vae-2") == (None,)
    assert release.refuted("grows")
    assert not release.shown("grows")
    assert release.shown("falls")
    assert not release.refuted("falls")
    assert not release.refuted("shrinks")
    without = release_of(tmp_path, [])
    assert without.study_rows == {}
    assert without.study_numbers("knn", "vae-2") == (None,)
    assert not without.refuted("grows")
    assert not without.shown("falls")


def test_numbers_are_written_with_a_true_minus_sign_and_unbroken() -> None:
    assert fixed(-129.24) == "−129.2"
    assert fixed(0.12345, 3) == "0.123"
    assert count(60000) == "60,000"
    assert percent(0.7322, 1) == '<span class="unbroken">73.2 %</span>'
    assert spread({"mean": -1.5, "std": 0.25}) == (
        '<span class="unbroken">−1.50 <span class="std">± 0.25</span></span>'
    )
    assert percent_spread({"mean": 0.5}) == '<span class="unbroken">50.0 %</span>'


def test_a_missing_number_is_a_dash() -> None:
    assert {fixed(None), count(None), percent(None), spread(None), percent_spread(None)} == {"–"}
    for value in (math.inf, math.nan):
        assert {fixed(value), count(value), percent(value)} == {"–"}  # type: ignore[arg-type]
    for value in (math.inf, math.nan, None):
        assert spread({"mean": value, "std": 0.1}) == "–"
        assert spread({"mean": 0.5, "std": value}) == '<span class="unbroken">0.50</span>'
