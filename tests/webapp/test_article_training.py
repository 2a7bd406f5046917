"""The view of "training", on curves whose gains are known by hand."""

import json
from pathlib import Path
from typing import Any

import pytest

from latent_atlas.webapp.article.release_view import ReleaseView
from latent_atlas.webapp.article.training_view import EarlyGain, TrainingSection, build
from tests.support.made_releases import write_object


def section_of(folder: Path, elbo: list[float | None], **model: Any) -> TrainingSection | None:
    curves = {"epoch": list(range(1, len(elbo) + 1)), "curves": {"held_out_elbo": elbo}}
    entry = {
        "id": "vae-2",
        "latent_size": 2,
        "trace": {},
        "curves": write_object(folder, json.dumps(curves).encode(), "json"),
    }
    return build(ReleaseView({"models": [entry | model]}, folder / "objects"))


def test_the_gain_of_the_first_tenth_is_told_where_it_is_the_greater(tmp_path: Path) -> None:
    elbo: list[float | None] = [-200.0, -180.0, -150.0, *[-145.0] * 17]
    section = section_of(tmp_path, elbo)
    assert section is not None
    assert section.gains == (EarlyGain("vae-2", 1, 3, 20, gain=50.0, rest=5.0),)


@pytest.mark.parametrize(
    "elbo",
    [[-200.0, -180.0], [-200.0, -199.0, -198.0, *[-100.0] * 17], [-200.0, *[None] * 19]],
    ids=["few epochs", "a late gain", "gaps"],
)
def test_no_gain_is_told_where_the_curve_bears_out_none(
    elbo: list[float | None], tmp_path: Path
) -> None:
    section = section_of(tmp_path, elbo)
    assert section is not None
    assert section.gains == ()


def test_without_a_recorded_training_there_is_no_section(tmp_path: Path) -> None:
    assert section_of(tmp_path, [], latent_size=5) is None
    assert build(ReleaseView({"models": [{"id": "vae-2", "latent_size": 2}]}, tmp_path)) is None
