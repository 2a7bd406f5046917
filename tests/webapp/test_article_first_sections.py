"""The views of hover, autoencoders, inside, draw and shape, on documents known by hand."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from tests.support.made_releases import write_object
from webapp.article import (
    autoencoders_view,
    build_article,
    draw_view,
    hover_view,
    inside_view,
    shape_view,
)
from webapp.article.draw_view import AtMean, Auc, LatentSize
from webapp.article.inside_view import Bound, Tile
from webapp.article.release_view import ReleaseView
from webapp.article.wording import Spread


class Release:
    """A release of made-up models and documents."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.models: list[dict[str, Any]] = []
        self.more: dict[str, Any] = {}

    def file(self, document: Any) -> dict[str, Any]:
        entry: dict[str, Any] = write_object(self.folder, json.dumps(document).encode(), "json")
        return entry

    def add(self, model_id: str, **more: Any) -> None:
        kind, _, size = model_id.partition("-")
        self.models.append(
            {
                "id": model_id,
                "kind": kind,
                "title": model_id,
                "dataset": "mnist",
                "condition": "none",
                "latent_size": int(size),
                "class_names": ["zero", "one"],
                "encoder": {"bytes": 1_500_000},
                "decoder": {"bytes": 500_000},
                "metrics": {
                    "train_images": 100,
                    "parameters": {"encoder": 20, "decoder": 10},
                    "squared_error": 5.0,
                },
            }
            | more
        )

    def view(self, **datasets: int) -> ReleaseView:
        manifest = {"release": "r1", "models": self.models} | self.more
        return ReleaseView(manifest, self.folder / "objects", datasets)


@pytest.fixture
def release(tmp_path: Path) -> Release:
    return Release(tmp_path)


def test_without_its_models_no_section_has_a_view(release: Release) -> None:
    release.add("cvae-50")
    views = build_article(release.view())
    first_sections = ("hover", "autoencoders", "inside", "training", "draw", "shape")
    assert [views[section] for section in first_sections] == [None] * 6


def test_hover_offers_every_unconditioned_map(release: Release) -> None:
    for model_id in ("ae-2", "vae-2", "vae-5"):
        release.add(model_id)
    release.add("cvae-2", condition="both")
    section = hover_view.build(release.view(mnist=100))
    assert section is not None
    assert [model["id"] for model in section.models] == ["vae-2", "ae-2"]
    assert section.has_neighbours
    fewer = hover_view.build(release.view(mnist=99))
    assert fewer is not None
    assert not fewer.has_neighbours


def study_of(verdicts: dict[str, str]) -> dict[str, Any]:
    shares = {"ae-2": 0.5, "vae-2": 0.6, "ae-10": 0.1, "vae-10": 0.7}
    rows = [
        {"id": f"study-{name}", "numbers": {"confident": {"mean": share, "std": 0.01}}}
        for name, share in shares.items()
    ]
    return {
        "models": rows,
        "claims": [{"id": name, "verdict": verdict} for name, verdict in verdicts.items()],
    }


def test_autoencoders_come_in_pairs_with_their_samples(release: Release) -> None:
    release.add("ae-2", report=release.file({"samples": {"prior": {"confident": 0.25}}}))
    release.add("vae-2")
    alone = autoencoders_view.build(release.view())
    assert alone is not None
    assert alone.ten is None
    assert alone.pairs[0].same_decoder
    ae, vae = alone.sides
    assert (ae.samples[0].confident, vae.samples[0].confident) == (0.25, None)
    assert alone.study is None
    release.add("ae-10")
    release.add("vae-10", metrics={"parameters": {"encoder": 40, "decoder": 30}})
    both = autoencoders_view.build(release.view())
    assert both is not None
    assert both.ten is not None
    assert not both.ten.same_decoder
    assert [samples.latent_size for samples in both.sides[0].samples] == [2, 10]


@pytest.mark.parametrize(
    ("verdicts", "alike", "apart"),
    [
        ({}, False, False),
        ({"vae-samples-more-digits-at-2": "shown"}, False, False),
        ({"vae-samples-more-digits-at-2": "not shown"}, True, False),
        ({"vae-samples-more-digits-at-10": "shown"}, False, True),
        ({"vae-samples-more-digits-at-10": "contradicted"}, False, False),
    ],
)
def test_what_the_study_shows_of_samples_is_as_the_export_judges(
    release: Release, verdicts: dict[str, str], alike: bool, apart: bool
) -> None:
    release.add("ae-2")
    release.add("vae-2")
    release.more["study"] = release.file(study_of(verdicts))
    section = autoencoders_view.build(release.view())
    assert section is not None
    assert section.study is not None
    assert section.study.vae_10 == Spread(0.7, 0.01)
    assert (section.study.alike_at_2, section.study.apart_at_10) == (alike, apart)


def test_inside_needs_posteriors_and_keeps_sampled_terms_from_those_at_the_mean(
    release: Release,
) -> None:
    tiles = {"labels": [1, 0], "mu": [[0, 0], [1, 1]], "sigma": [[1, 1], [2, 2]]}
    test = {
        "elbo": -129.2,
        "reconstruction": 121.5,
        "kl": 7.7,
        "log_likelihood": -126.3,
        "importance_samples": 500,
    }
    release.add(
        "vae-2",
        tiles=release.file(tiles),
        report=release.file({"test": test, "errors": {"cross_entropy": 120.5}}),
        statistics=release.file({"latents": {"posterior_variance": [0.25, 0.01]}}),
    )
    section = inside_view.build(release.view())
    assert section is not None
    assert section.tiles == (Tile(1, "one"), Tile(0, "zero"))
    assert section.usual_sigma == pytest.approx((0.5, 0.1))
    bound = section.bound
    assert bound == Bound(121.5, 7.7, -129.2, -126.3, 500)
    assert bound.kl_bits == pytest.approx(7.7 / math.log(2))
    assert section.error_at_mean == 120.5
    release.models[0]["tiles"] = release.file({"labels": [1], "mu": [[0, 0]]})
    assert inside_view.build(release.view()) is None


def report_of(error: float, clothes: float) -> dict[str, Any]:
    aucs = {"fashion-mnist": clothes, "rotated": 0.8, "noise": 1.0}
    return {
        "errors": {"cross_entropy": 120.0, "squared_error": error},
        "test": {"kl": 7.0},
        "anomaly": {name: {"auc": auc} for name, auc in aucs.items()},
    }


def test_draw_compares_with_the_test_set_at_the_mean(release: Release) -> None:
    release.add("vae-2", report=release.file(report_of(24.0, 0.95)))
    release.add("vae-20", report=release.file(report_of(7.0, 0.99)))
    release.add("ae-100")
    release.add("fashion-2", dataset="fashion-mnist")
    section = draw_view.build(release.view())
    assert section is not None
    assert section.test == AtMean(120.0, 24.0, 7.0)
    assert section.test.minus_both == -127.0
    assert section.auc == Auc(0.95, 0.8, 1.0)
    assert section.sizes == (LatentSize(2, 24.0, 0.95), LatentSize(20, 7.0, 0.99))
    assert [model["id"] for model in section.first] == ["vae-2", "vae-20"]
    assert [model["id"] for model in section.others] == ["ae-100"]
    assert section.others_megabytes == 2.0


def test_draw_does_not_say_that_more_latents_help_where_they_do_not(release: Release) -> None:
    release.add("vae-2", report=release.file(report_of(24.0, 0.95)))
    release.add("vae-20", report=release.file(report_of(7.0, 0.90)))
    section = draw_view.build(release.view())
    assert section is not None
    assert section.sizes is None


def test_without_its_report_draw_has_dashes(release: Release) -> None:
    release.add("vae-2")
    section = draw_view.build(release.view())
    assert section is not None
    assert section.test == AtMean()
    assert section.test.minus_both is None
    assert section.auc is None


def test_shape_counts_the_images_of_each_split(release: Release) -> None:
    samples = {
        "prior": {"confident": 0.7, "asked": 0.9},
        "test_images": {"confident": 0.98},
    }
    release.add(
        "vae-2", statistics=release.file({"splits": {"test": [{"count": 3}, {"count": 4}]}})
    )
    release.add("cvae-2", report=release.file({"samples": samples}))
    section = shape_view.build(release.view())
    assert section is not None
    assert section.counts == {"test": 7}
    assert [sampler.confident for sampler in section.samplers] == [None, 0.7]
    assert section.samplers[1].as_asked == 0.9
    assert section.samplers[1].test_confident == 0.98
    assert [model["id"] for model in section.sizes] == ["vae-2"]
    assert section.closest is None
