"""What the article reads of a release, and how it writes numbers."""

import json
from pathlib import Path
from typing import Any

from tests.support.made_releases import object_path, write_object
from webapp.article.release_view import ReleaseView
from webapp.article.wording import Spread, count, fixed, nats, percent, percent_spread, spread


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


def test_numbers_and_verdicts_of_the_study(tmp_path: Path) -> None:
    study = {
        "models": [{"id": "study-vae-2", "numbers": {"knn": {"mean": 0.9, "std": 0.01}}}],
        "claims": [{"id": "grows", "verdict": "not shown"}],
    }
    entry = write_object(tmp_path, json.dumps(study).encode(), "json")
    release = release_of(tmp_path, [], study=entry)
    assert release.study_number("study-vae-2", "knn") == Spread(0.9, 0.01)
    assert release.study_number("study-vae-2", "elbo") is None
    assert release.study_number("study-ae-2", "knn") is None
    assert release.verdict("grows") == "not shown"
    assert release.verdict("shrinks") is None
    without = release_of(tmp_path, [])
    assert without.study is None
    assert without.study_row("study-vae-2") is None
    assert without.verdict("grows") is None


def test_numbers_are_written_with_a_true_minus_sign_and_unbroken() -> None:
    assert nats(-129.24) == "−129.2"
    assert fixed(0.12345, 3) == "0.123"
    assert count(60000) == "60,000"
    assert percent(0.7322, 1) == '<span class="unbroken">73.2 %</span>'
    assert spread(Spread(-1.5, 0.25)) == (
        '<span class="unbroken">−1.50 <span class="std">± 0.25</span></span>'
    )
    assert percent_spread(Spread(0.5)) == '<span class="unbroken">50.0 %</span>'


def test_a_missing_number_is_a_dash() -> None:
    assert {nats(None), count(None), percent(None), spread(None), percent_spread(None)} == {"–"}
