"""The view of "numbers", on a study and reports whose numbers are known by hand."""

import json
from pathlib import Path
from typing import Any

import pytest

from latent_atlas.webapp.article.numbers import build
from latent_atlas.webapp.article.release_view import ReleaseView
from tests.support.made_releases import write_object

ERRORS = {
    "ae": {2: 28.0, 20: 8.0, 50: 6.0},
    "vae": {2: 30.0, 20: 14.0, 50: 15.0},
}
CLAIMS = {
    "vae-error-falls-with-size": "shown",
    "vae-error-stops-falling-at-20": "shown",
    "classification-widens-gaps-from-zero": "not shown",
    "classification-100-costs-elbo": "shown",
    "vae-samples-more-digits-at-2": "contradicted",
    "vae-samples-more-even-at-2": "shown",
    "vae-samples-more-digits-at-10": "shown",
}


def study_row(kind: str, size: int, error: float) -> dict[str, Any]:
    return {
        "id": f"study-{kind}-{size}",
        "group": "grid",
        "kind": kind,
        "latent_size": size,
        "seeds": [1, 2],
        "numbers": {"squared_error": {"mean": error, "std": 0.1}},
        "anomaly_auc": {"noise": {"mean": 1.0, "std": 0.0}},
        # The digit d costs d more than the 0.
        "by_class": [
            {"label": digit, "squared_error": {"mean": error + digit}} for digit in range(10)
        ],
        "curves": {"loss": [50.0, 40.0], "held_out_loss": [45.0, 42.0]},
    }


def study() -> dict[str, Any]:
    rows = [
        study_row(kind, size, error)
        for kind, errors in ERRORS.items()
        for size, error in errors.items()
    ]
    claims = [{"id": id_, "verdict": verdict} for id_, verdict in CLAIMS.items()]
    return {"models": rows, "claims": claims}


def model(folder: Path, model_id: str, report: dict[str, Any], **entry: Any) -> dict[str, Any]:
    kind, size = model_id.split("-")
    return {
        "id": model_id,
        "kind": kind,
        "dataset": "mnist",
        "latent_size": int(size),
        "condition": "both" if kind == "cvae" else "none",
        "report": write_object(folder, json.dumps(report).encode(), "json"),
    } | entry


def section_of(
    folder: Path, document: dict[str, Any] | None = None, models: Any = (), **manifest: Any
) -> dict[str, Any] | None:
    if document is not None:
        manifest["study"] = write_object(folder, json.dumps(document).encode(), "json")
    return build(ReleaseView({"models": list(models)} | manifest, folder / "objects"))


def study_section(folder: Path, document: dict[str, Any]) -> dict[str, Any]:
    section = section_of(folder, document)
    assert section is not None
    return section


def test_without_a_study_and_reports_there_is_no_section(tmp_path: Path) -> None:
    assert section_of(tmp_path) is None


def test_the_errors_of_the_grid_as_tables_with_the_best_marked(tmp_path: Path) -> None:
    part = study_section(tmp_path, study())["errors"]
    assert part is not None
    assert (part.recipes, part.seeds, part.sizes) == (6, (1, 2), (2, 20, 50))
    assert [row.name for row in part.by_size] == ["2", "20", "50"]
    best = [[cell.is_best for cell in row.cells] for row in part.by_size]
    assert best == [[False] * 3, [False, True, False], [True, False, False]]
    assert "8.00" in part.by_size[1].cells[0].text
    assert part.by_size[0].cells[2].text == "–"  # the study has no CVAE
    ae_2, vae_2 = part.by_digit[0]
    assert (ae_2.name, vae_2.name) == ("AE-2", "VAE-2")
    assert [cell.text for cell in vae_2.cells[:2]] == ["30.0", "31.0"]
    assert all(cell.is_best for cell in ae_2.cells)
    assert not any(cell.is_best for cell in vae_2.cells)
    assert (part.cheapest, part.dearest) == (0, (9, 8))


def test_the_seeds_of_a_recipe_that_has_more_are_named(tmp_path: Path) -> None:
    document = study()
    document["models"][3]["seeds"] = [1, 2, 3, 4, 5]
    once = study_row("vae", 2, 30.0) | {"id": "study-curve-1", "group": "curve", "seeds": [1]}
    document["models"].append(once)
    section = section_of(tmp_path, document, [model(tmp_path, "vae-2", {"knn": {}})])
    assert section is not None
    seeds = section["models"].seeds
    assert (seeds.seeds, seeds.others) == (2, {document["models"][3]["id"][6:]: 5})
    assert "curve-1" not in {row.name for row in seeds.rows}


def test_what_objectives_reach_in_equal_time(tmp_path: Path) -> None:
    document = study()
    names = {"study-time-elbo": -127.0, "study-time-iwae": -125.0, "study-time-lattice": -118.0}
    for name, reached in names.items():
        row = study_row("vae", 2, 30.0) | {"id": name, "group": "objectives"}
        row["numbers"] = {"log_likelihood_integrated": {"mean": reached, "std": 0.2}}
        document["models"].append(row)
    models = [model(tmp_path, "vae-2", {"knn": {}})]
    section = section_of(tmp_path, document, models)
    assert section is not None
    assert section["models"].equal_time == (-127.0, -125.0, -118.0)
    del document["models"][-2]["numbers"]["log_likelihood_integrated"]
    section = section_of(tmp_path, document, models)
    assert section is not None
    assert section["models"].equal_time is None


@pytest.mark.parametrize(
    ("verdict", "undecided"), [("shown", False), ("not shown", True), ("contradicted", False)]
)
def test_the_best_beta_is_called_close_only_where_seeds_show_nothing(
    tmp_path: Path, verdict: str, undecided: bool
) -> None:
    document = study()
    document["claims"].append({"id": "elbo-best-at-beta-1", "verdict": verdict})
    numbers = {
        "rate": [{"mean": 8.0}, {"mean": 6.0}],
        "elbo": [{"mean": -150.0}, {"mean": -148.0}],
    }
    measured = {"betas": [0.1, 1], "numbers": numbers}
    file = write_object(tmp_path, json.dumps(measured).encode(), "json")
    section = section_of(tmp_path, document, rate_distortion={"measured": file})
    assert section is not None
    rate = section["rate"]
    assert (rate.least, rate.rate, rate.is_undecided) == ("1", (8.0, 6.0), undecided)


def test_what_all_curves_have_in_common(tmp_path: Path) -> None:
    part = study_section(tmp_path, study())["curves"]
    assert part is not None
    assert (part.rise, part.memorises, part.starts_above) == (0.0, False, True)
    assert part.runs["CVAE"] == (None,) * 3
    other = study()
    other["models"][0]["curves"] = {"loss": [40.0], "held_out_loss": [45.0, 40.0, None, 40.82]}
    part = study_section(tmp_path, other)["curves"]
    assert part is not None
    assert (part.rise, part.memorises, part.starts_above) == (0.021, True, False)


def test_the_claims_are_told_as_the_export_has_judged_them(tmp_path: Path) -> None:
    claims = study_section(tmp_path, study())["claims"]
    assert (claims.size, claims.weight, claims.samples) == (True, True, True)


@pytest.mark.parametrize(
    ("claim", "verdict", "part"),
    [
        ("vae-error-falls-with-size", "not shown", "size"),
        ("classification-widens-gaps-from-zero", "shown", "weight"),
        ("vae-samples-more-digits-at-2", "shown", "samples"),
    ],
)
def test_a_claim_that_is_borne_out_is_not_among_the_refuted(
    claim: str, verdict: str, part: str, tmp_path: Path
) -> None:
    document = study()
    next(one for one in document["claims"] if one["id"] == claim)["verdict"] = verdict
    claims = study_section(tmp_path, document)["claims"]
    assert claims is not None
    assert not getattr(claims, part)
    others = {"size", "weight", "samples"} - {part}
    assert all(getattr(claims, other) for other in others)


def test_a_study_without_verdicts_has_no_claims(tmp_path: Path) -> None:
    document = study()
    del document["claims"]
    assert study_section(tmp_path, document)["claims"] is None


def report(error: float, knn: float, **samples: Any) -> dict[str, Any]:
    return {
        "errors": {"squared_error": error},
        "knn": {"all": {"mean": knn}},
        "active_units": 2,
        "samples": {"prior": {"confident": knn, "evenness": 0.5}} | samples,
        "anomaly": {"noise": {"auc": knn}},
    }


def test_the_best_of_the_unconditioned_models_is_marked(tmp_path: Path) -> None:
    seen = {"confident": 0.97, "asked": 0.99}
    models = [
        model(tmp_path, "ae-10", report(8.0, 0.81, test_images=seen)),
        model(tmp_path, "vae-10", report(9.0, 0.9, test_images=seen)),
        model(tmp_path, "cvae-10", report(7.0, 0.95, test_images=seen | {"confident": 0.96})),
    ]
    section = section_of(tmp_path, models=models)
    assert section is not None
    (ae, vae), (cvae,) = section["models"].groups.values()
    assert [cell.text for cell in vae.cells] == [
        *("–", "–", "–", "9.00", "–", "–", "90.0", "–", "2", "90.0", "0.50"),
    ]
    assert [i for i, cell in enumerate(ae.cells) if cell.is_best] == [3, 10]
    assert [i for i, cell in enumerate(vae.cells) if cell.is_best] == [6, 9, 10]
    assert not any(cell.is_best for cell in cvae.cells)
    reading, other = section["models"].readings
    assert (reading.models, reading.accuracy) == (["ae-10", "vae-10"], 0.99)
    assert other.models == ["cvae-10"]
    anomaly = section["anomaly"]
    assert anomaly.models == ("ae-10", "vae-10")
    assert [row.cells[2].text for row in anomaly.rows] == ["0.810", "0.900"]
    assert [row.cells[2].is_best for row in anomaly.rows] == [False, True]


def test_how_far_neighbours_read_the_digit_at_each_size(tmp_path: Path) -> None:
    projected = {"projections": {}, "prepared": {"label": 4}}
    models = [
        model(tmp_path, "vae-10", report(9.0, 0.9), **projected),
        model(tmp_path, "cvae-10", report(7.0, 0.6), **projected),
        model(tmp_path, "cvae-5", report(7.0, 0.5), **projected),
    ]
    section = section_of(tmp_path, models=models)
    assert section is not None
    part = section["projections"]
    assert part is not None
    assert (part.sizes, part.size, part.digit) == ((5, 10), 10, 4)
    assert list(part.panels) == ["VAE", "CVAE"]
    five, ten = part.neighbours
    assert ten.shares == {"vae-10": 0.9, "cvae-10": 0.6}
    assert ten.conditioned_is_lowest
    assert five.conditioned_is_lowest
    assert (five.is_still_read, ten.is_still_read) == (False, True)


def test_the_two_digits_whose_pixels_lie_closest(tmp_path: Path) -> None:
    means = [[0.0, 0.0], [10.0, 0.0], [9.0, 0.5]]
    layout = {"count": 3, "statistics": [{"label": i, "mean": m} for i, m in enumerate(means)]}
    file = write_object(tmp_path, json.dumps(layout).encode(), "json")
    models = [model(tmp_path, "vae-10", report(9.0, 0.9))]
    section = section_of(tmp_path, models=models, datasets={"mnist": {"raw_tsne": file}})
    assert section is not None
    assert section["pixels"].closest == (1, 2)
