"""Verdicts from few seeds: t quantiles, either direction, and families of comparisons."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from latent_atlas.train.report.significance import (
    Comparison,
    Spread,
    Verdict,
    compare,
    holm,
    spread,
    verdict_of_all,
)
from latent_atlas.train.report.study_claims import STUDY_CLAIMS, study_verdicts

STUDY = Path(__file__).parents[2] / "docs" / "results" / "study.json"


def test_a_comparison_is_welch_s_test_and_against_a_number_student_s() -> None:
    rng = np.random.default_rng(0)
    for size, other in ((3, 3), (3, 5), (10, 4)):
        first, second = rng.normal(1, 2, size), rng.normal(0, 0.5, other)
        found = compare(spread(first), spread(second))
        assert found.p == pytest.approx(stats.ttest_ind(first, second, equal_var=False).pvalue)
        assert found.difference == pytest.approx(first.mean() - second.mean())
        assert compare(spread(first), 0.3).p == pytest.approx(stats.ttest_1samp(first, 0.3).pvalue)


def test_a_single_seed_is_written_without_a_spread() -> None:
    assert Spread(0.9349, 0.0, 1).text(1, 100) == "93.5"
    assert Spread(0.9349, 0.003, 3).text(1, 100) == "93.5 ± 0.3"


def test_two_standard_errors_of_three_seeds_show_nothing() -> None:
    two = Spread(mean=2 / 3**0.5, std=1.0, seeds=3)
    assert compare(two, 0.0).p == pytest.approx(0.18, abs=0.005)
    assert compare(two, 0.0).verdict is Verdict.NOT_SHOWN
    worth = Spread(-0.25, 0.18, 3)  # of weight decay, in docs/results.md
    assert compare(worth, 0.0).verdict is Verdict.NOT_SHOWN


def test_a_verdict_is_shown_contradicted_or_neither() -> None:
    low, near, high = Spread(1.0, 0.5, 3), Spread(1.2, 0.5, 3), Spread(9.0, 0.5, 3)
    assert compare(high, low).verdict is Verdict.SHOWN
    assert compare(low, high).verdict is Verdict.CONTRADICTED
    assert compare(near, low).verdict is compare(low, near).verdict is Verdict.NOT_SHOWN
    assert compare(0.5, low).verdict is Verdict.NOT_SHOWN
    assert compare(20.0, high).verdict is Verdict.SHOWN


def test_one_seed_shows_nothing_and_equal_numbers_no_difference() -> None:
    assert compare(Spread(9.0, 0.0, 1), Spread(1.0, 0.1, 3)).verdict is Verdict.NOT_SHOWN
    assert compare(Spread(1.0, 0.0, 3), 1.0).verdict is Verdict.NOT_SHOWN
    assert compare(Spread(1.1, 0.0, 3), 1.0).verdict is Verdict.SHOWN
    assert spread([4.0]) == Spread(4.0, 0.0, 1)
    assert spread([1.0, 2.0, 3.0]).std == pytest.approx(1.0)


def test_a_family_is_corrected_by_holm() -> None:
    family = [Comparison(1.0, p) for p in (0.04, 0.01, 0.03, 0.5)]
    assert [own.p for own in holm(family)] == pytest.approx([0.09, 0.04, 0.09, 0.5])


def test_a_claim_of_several_comparisons_needs_them_all() -> None:
    for_it, open_one, against = Comparison(1, 0.01), Comparison(1, 0.2), Comparison(-1, 0.01)
    assert verdict_of_all([for_it, for_it]) == (Verdict.SHOWN, 0.01)
    assert verdict_of_all([for_it, open_one]) == (Verdict.NOT_SHOWN, 0.2)
    # The p value that contradicts it, corrected: neither the uncorrected one nor the largest.
    assert verdict_of_all([for_it, open_one, against]) == (Verdict.CONTRADICTED, 0.03)
    by_chance = verdict_of_all([open_one] * 5 + [against])  # one of six
    assert by_chance == (Verdict.NOT_SHOWN, 0.2)


def test_a_number_that_is_not_finite_shows_nothing() -> None:
    lost = spread([1.0, float("nan"), 2.0])
    for comparison in (compare(lost, 0.0), compare(0.0, lost), compare(lost, lost)):
        assert comparison.verdict is Verdict.NOT_SHOWN
    assert verdict_of_all([compare(lost, 0.0), Comparison(1, 0.01)])[0] is Verdict.NOT_SHOWN
    run = {"id": "study-vae-2", "seed": 1, "errors": {"squared_error": None}}
    assert study_verdicts({"runs": [run]}) == []


def test_the_page_s_claims_are_judged_where_the_study_has_their_runs() -> None:
    study = json.loads(STUDY.read_text())
    found = {claim["id"]: claim["verdict"] for claim in study_verdicts(study)}
    assert found.keys() == STUDY_CLAIMS.keys()
    assert found["classification-widens-gaps-from-zero"] == Verdict.NOT_SHOWN
    assert found["vae-error-falls-with-size"] == Verdict.SHOWN
    grid = {"runs": [run for run in study["runs"] if run["id"].startswith("study-vae-")]}
    assert {claim["id"] for claim in study_verdicts(grid)} == {
        "vae-error-falls-with-size", "vae-error-stops-falling-at-20"
    }  # fmt: skip
    for run in study["runs"]:
        run["errors"]["squared_error"] = float(run["recipe"]["latent_size"] + run["seed"] / 100)
    changed = {claim["id"]: claim["verdict"] for claim in study_verdicts(study)}
    assert changed["vae-error-falls-with-size"] == Verdict.CONTRADICTED
    assert study_verdicts({"runs": []}) == []
