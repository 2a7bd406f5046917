"""The views from "labels" to "lab", on small documents whose numbers are known by hand."""

import json
from pathlib import Path
from typing import Any

import pytest

from latent_atlas.webapp.article import (
    build_article,
    classify_view,
    dimensions_view,
    faces_view,
    lab_view,
    labels_view,
)
from latent_atlas.webapp.article.release_view import ReleaseView
from tests.support.made_releases import write_object


def entry(model_id: str, kind: str = "vae", size: int = 2, **more: Any) -> dict[str, Any]:
    return {
        "id": model_id,
        "kind": kind,
        "dataset": "mnist",
        "latent_size": size,
        "condition": "none",
        "class_names": [str(label) for label in range(10)],
        "metrics": {"nearest_mean_accuracy": 0.5, "squared_error": 20.0},
    } | more


def put(folder: Path, value: Any) -> dict[str, Any]:
    return write_object(folder, json.dumps(value).encode(), "json")


def release_of(folder: Path, *models: dict[str, Any], **manifest: Any) -> ReleaseView:
    return ReleaseView({"models": list(models)} | manifest, folder / "objects")


@pytest.mark.parametrize("section", ["labels", "control", "classify", "dimensions", "faces"])
def test_a_section_is_missing_where_its_model_is(section: str, tmp_path: Path) -> None:
    vae = entry("vae-2")
    vae["metrics"]["train_images"] = 60_000
    assert build_article(release_of(tmp_path, vae))[section] is None


@pytest.mark.parametrize(
    ("slant", "boldness", "angle"), [(165.4, 69.9, 84), (10.0, 170.0, 20), (30.0, 30.0, 0)]
)
def test_the_angle_between_two_lines_is_at_most_a_right_one(
    slant: float, boldness: float, angle: int, tmp_path: Path
) -> None:
    style = {
        "slant": {"explained": 0.9, "direction": slant},
        "boldness": {"explained": 0.6, "direction": boldness},
    }
    model = entry("label-decoder-vae-2", metrics={"style": style})
    section = labels_view.build(release_of(tmp_path, model))
    assert section is not None
    assert section.styles == ((model, angle),)
    assert section.compared == (model,)


def test_the_three_maps_stand_in_the_order_of_their_conditioning(tmp_path: Path) -> None:
    models = [
        entry("cvae-2", "cvae"),
        entry("label-decoder-vae-2", "label-decoder-vae"),
        entry("vae-2"),
    ]
    section = labels_view.build(release_of(tmp_path, *models))
    assert section is not None
    shown = [model["id"] for model in section.compared]
    assert shown == ["vae-2", "label-decoder-vae-2", "cvae-2"]


def confusion(**pairs: int) -> list[list[int]]:
    table = [[90 if a == b else 0 for b in range(10)] for a in range(10)]
    for pair, count in pairs.items():
        table[int(pair[1])][int(pair[2])] = count
    return table


def test_the_pair_that_is_confused_most_often(tmp_path: Path) -> None:
    tables = [confusion(c49=20, c94=5, c35=24), confusion(c49=20, c94=5, c35=24, c53=2)]
    models = [
        entry(
            f"classifier-vae-2-w{weight}",
            report=put(tmp_path, {"classifier": {"accuracy": 0.9, "confusion": table}}),
        )
        for weight, table in zip((1, 10), tables, strict=True)
    ]
    section = classify_view.build(release_of(tmp_path, *models))
    assert section is not None
    assert list(section.models) == [1, 10]
    first, second = section.confusions.values()
    assert (first.four_and_nine, first.pair_count, first.images) == (25, 25, 949)
    assert (second.pair, second.pair_count, second.four_and_nine) == (("3", "5"), 26, 25)
    assert (first.next_count, second.next_count) == (24, 25)


def classification_study() -> dict[str, Any]:
    def row(row_id: str, group: str, weight: float, knn: float) -> dict[str, Any]:
        return {
            "id": row_id,
            "group": group,
            "classification_weight": weight,
            "seeds": [1, 2, 3],
            "numbers": {"knn_1000": {"mean": knn, "std": 0.01}},
        }

    return {
        "models": [
            row("study-class-w100", "classification", 100.0, 0.95),
            row("study-class-w1", "classification", 1.0, 0.8),
            row("study-elbo-vae-2", "likelihood", 0.0, 0.79),
        ],
    }


def test_the_study_of_weights_begins_without_classification(tmp_path: Path) -> None:
    model = entry("classifier-vae-2-w1")
    study = put(tmp_path, classification_study())
    section = classify_view.build(release_of(tmp_path, model, study=study))
    assert section is not None
    assert [row["classification_weight"] for row in section.rows] == [0, 1, 100]
    assert section.gain == (0.8, 0.95)


def test_reconstructions_are_offered_by_size_and_by_kind(tmp_path: Path) -> None:
    models = [entry("ae-10", "ae", 10), entry("vae-5", size=5), entry("vae-10", size=10)]
    section = dimensions_view.build(release_of(tmp_path, *models, entry("vae-2")))
    assert section is not None
    assert section.model["id"] == "vae-10"
    assert [model["id"] for model in section.models] == ["ae-10", "vae-5", "vae-10"]
    offered = {choice.id: [model["id"] for model, _ in choice.rows] for choice in section.choices}
    assert offered == {
        "ae": ["ae-10"],
        "vae": ["vae-2", "vae-5", "vae-10"],
        "kinds": ["ae-10", "vae-10"],
    }
    assert [choice.id for choice in section.choices if choice.is_first] == ["vae"]
    assert section.choices[-1].title == "both, ten latents"


def face(folder: Path, model_id: str, kind: str, **faces: float) -> dict[str, Any]:
    attributes = {
        "names": ["hat", "beard"],
        "with": [30, 20],
        "without": [70, 80],
        "measured": {
            name: {
                "raw": {"full": 1.0, "seen": seen, "kept": 0.9},
                "orthogonal": {"full": 2.0, "seen": seen - 0.2, "kept": 0.95},
            }
            for name, seen in (("hat", 1.0), ("beard", 0.5))
        },
    }
    return entry(
        model_id,
        kind,
        size=64,
        dataset="avatars",
        attributes=put(folder, attributes),
        examples=put(folder, {"count": 12, "pixels": ""}),
        report=put(folder, {"faces": faces}),
    )


def test_attribute_vectors_and_their_mean_effects(tmp_path: Path) -> None:
    section = faces_view.build(release_of(tmp_path, face(tmp_path, "faces-vae", "vae")))
    assert section is not None
    assert section.attributes["names"] == ["hat", "beard"]
    effects = section.effects
    assert effects is not None
    assert effects["raw"]["seen"] == pytest.approx(0.75)
    assert effects["orthogonal"]["seen"] == pytest.approx(0.55)
    assert not section.are_close
    assert (section.examples, section.has_originals) == (12, True)


def test_attributes_are_listed_as_well_as_they_are_read(tmp_path: Path) -> None:
    model = face(tmp_path, "faces-vae", "vae")
    section = faces_view.build(release_of(tmp_path, model))
    assert section is not None
    assert section.order == [0, 1]
    attributes = {**section.attributes, "read": [0.6, 0.9]}
    section = faces_view.build(
        release_of(tmp_path, model | {"attributes": put(tmp_path, attributes)})
    )
    assert section is not None
    assert section.order == [1, 0]


def test_losses_are_compared_with_the_plain_one(tmp_path: Path) -> None:
    plain = face(tmp_path, "faces-vae", "vae", sharpness=20.0, perceptual_distance=0.07)
    gan = face(tmp_path, "faces-gan", "vae-gan", sharpness=30.0, perceptual_distance=0.08)
    section = faces_view.build(release_of(tmp_path, gan, plain))
    assert section is not None
    assert [(loss, model["id"]) for loss, model in section.losses.items()] == [
        ("Plain", "faces-vae"),
        ("Adversarial", "faces-gan"),
    ]
    (comparison,) = section.comparisons
    assert comparison == ("Adversarial", True, False)
    assert section.plain_is_farthest  # both are as far off


def test_the_lab_groups_its_models_by_data_set_and_kind(tmp_path: Path) -> None:
    models = [
        entry("fashion-vae-2", dataset="fashion-mnist"),
        entry("cvae-2", "cvae"),
        entry("vae-2"),
        entry("vae-5", size=5),
    ]
    section = lab_view.build(release_of(tmp_path, *models))
    assert section.first["id"] == "vae-2"
    grouped = [(title, [model["id"] for model in alike]) for title, alike in section.groups.items()]
    assert grouped == [
        ("Variational autoencoders of fashion-mnist", ["fashion-vae-2"]),
        ("Variational autoencoders", ["vae-2", "vae-5"]),
        ("Conditional VAEs", ["cvae-2"]),
    ]
