"""The views of hover, autoencoders, inside, draw and shape, on documents known by hand."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from latent_atlas.webapp.article import (
    autoencoders_view,
    build_article,
    draw_view,
    hover_view,
    inside_view,
    shape_view,
)
from latent_atlas.webapp.article.release_view import ReleaseView
from tests.support.made_releases import write_object


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

    def view(self, **images: dict[str, int]) -> ReleaseView:
        manifest = {"release": "r1", "models": self.models} | self.more
        return ReleaseView(manifest, self.folder / "objects", images)


@pytest.fixture
def release(tmp_path: Path) -> Release:
    return Release(tmp_path)


def test_without_its_models_no_section_has_a_view_but_the_first(release: Release) -> None:
    release.add("cvae-50", condition="both")
    views = build_article(release.view())
    sections = ("autoencoders", "inside", "training", "draw", "shape")
    assert [views[section] for section in sections] == [None] * 5
    hover = hover_view.build(release.view())
    assert hover.model["id"] == "cvae-50"
    assert not hover.is_vae_2


def test_B21_the_page_opens_with_the_own_model_that_is_easiest_to_walk_on(
    release: Release,
) -> None:
    statistics = release.file({"splits": {}})
    release.add("vae-10")
    release.add("mine-20", dataset="leaves", statistics=statistics)
    release.add("vae-2", dataset="leaves", statistics=statistics)
    view = release.view()
    assert view.model("vae-2") is None, "it is called like a recipe, and is of other images"
    assert view.default["dataset"] == "leaves"
    assert view.default["latent_size"] == 2
    assert [model["id"] for model in view.own] == ["vae-2", "mine-20"]
    assert [model["id"] for model in hover_view.build(view).others] == ["mine-20"]


def test_B21_a_study_of_other_models_is_not_of_this_release(release: Release) -> None:
    release.add("mine-2")
    release.more["study"] = release.file(
        {"models": [{"id": "study-vae-2", "group": "grid"}], "claims": []}
    )
    assert release.view().study_rows == {}
    release.add("vae-2")
    assert list(release.view().study_rows) == ["study-vae-2"]


def test_hover_offers_every_unconditioned_map(release: Release) -> None:
    for model_id in ("ae-2", "vae-2", "vae-5"):
        release.add(model_id)
    release.add("cvae-2", condition="both")
    section = hover_view.build(release.view(mnist={"train": 100}))
    assert [model["id"] for model in (section.model, *section.others)] == ["vae-2", "ae-2"]
    assert section.has_neighbours
    assert not hover_view.build(release.view(mnist={"train": 99})).has_neighbours


def test_hover_tells_of_the_decoder_of_the_integral_where_it_is_better(release: Release) -> None:
    names = ("log_likelihood_integrated", "squared_error", "nearest_mean_accuracy")

    def sharper(*metrics: float | None, kind: str = "lattice") -> hover_view.Sharper | None:
        release.models.clear()
        measured = {"train_images": 100} | dict(zip(names, (-120, 24, 0.7), strict=True))
        release.add("vae-2", metrics=measured)
        release.add("lattice-2", kind=kind, metrics=dict(zip(names, metrics, strict=True)))
        section = hover_view.build(release.view())
        assert section is not None
        return section.sharper

    found = sharper(-110, 18, 0.3)
    assert found is not None
    assert found.model["id"] == "lattice-2"
    assert found.nats == 10
    assert sharper(-121, 18, 0.3) is None
    assert sharper(-110, 25, 0.3) is None
    assert sharper(-110, 18, 0.8) is None
    assert sharper(None, 18, 0.3) is None
    assert sharper(-110, 18, 0.3, kind="vae") is None


def test_autoencoders_come_in_pairs(release: Release) -> None:
    release.add("ae-2")
    assert autoencoders_view.build(release.view()) is None
    release.add("vae-2")
    release.add("ae-10")
    alone = autoencoders_view.build(release.view())
    assert alone is not None
    assert [(pair.ae["id"], pair.vae["id"]) for pair in alone] == [("ae-2", "vae-2")]
    release.add("vae-10")
    both = autoencoders_view.build(release.view())
    assert both is not None
    assert [(pair.ae["id"], pair.vae["id"]) for pair in both][1:] == [("ae-10", "vae-10")]


def test_inside_tells_the_gap_only_where_it_is_integrated(release: Release) -> None:
    release.add(
        "vae-2",
        report=release.file(
            {"test": {"kl": 7.7, "elbo": -130}, "integral": {"log_likelihood_grey": -124.5}}
        ),
        statistics=release.file({"latents": {"posterior_variance": [0.25, 0.01]}}),
    )
    section = inside_view.build(release.view())
    assert section is not None
    assert section.usual_sigma == pytest.approx((0.5, 0.1))
    assert section.kl_bits == pytest.approx(7.7 / math.log(2))
    assert section.gap == 5.5
    release.models[0]["report"] = release.file({"test": {"kl": 7.7}})
    bounded = inside_view.build(release.view())
    assert bounded is not None
    assert bounded.gap is None


def test_draw_compares_with_the_test_set_at_the_mean(release: Release) -> None:
    report = {"errors": {"cross_entropy": 120.0, "squared_error": 24.0}, "test": {"kl": 7.0}}
    release.add("vae-2", report=release.file(report))
    release.add("vae-20")
    release.add("ae-100")
    release.add("fashion-2", dataset="fashion-mnist")
    section = draw_view.build(release.view())
    assert section is not None
    assert section.minus_both == -127.0
    assert [model["id"] for model in section.first] == ["vae-2", "vae-20"]
    assert [model["id"] for model in section.others] == ["ae-100"]
    assert section.others_megabytes == 2.0


def test_without_its_report_draw_has_dashes(release: Release) -> None:
    release.add("vae-2")
    section = draw_view.build(release.view())
    assert section is not None
    assert section.minus_both is None


def test_shape_counts_the_images_of_each_split(release: Release) -> None:
    release.add(
        "vae-2", statistics=release.file({"splits": {"test": [{"count": 3}, {"count": 4}]}})
    )
    release.add("cvae-2")
    section = shape_view.build(release.view())
    assert section is not None
    assert section.counts == {"test": 7}
    assert [model["id"] for model in section.samplers] == ["vae-2", "cvae-2"]
    assert [model["id"] for model in section.sizes] == ["vae-2"]
    assert section.closest is None
