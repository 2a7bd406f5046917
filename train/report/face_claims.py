"""What is claimed of the models of faces, each a sentence that can fail."""

from collections.abc import Callable
from statistics import mean
from typing import Any

from train.recipes.published import RECIPES
from train.report.claims import Claim, Document
from train.report.face_results import ADVERSARIAL, ALL, ASKED, PERCEPTUAL, PLAIN, least

_ENOUGH = 0.9
# A difference of shares below this is one in name.
_HARDLY = 0.005


def face_claims(models: Document) -> list[Claim]:
    """Weigh what is said of faces; models: by id, with the three of faces."""
    return [claim(models) for claim in _CLAIMS]


def _vectors_work(models: Document) -> Claim:
    found = [
        (run_id, name, models[run_id]["attributes"][name]["raw"])
        for run_id in ALL
        for name in ASKED
    ]
    return Claim(
        "S1.9",
        "Added at full strength to test faces that lack it, the vector of blond hair or of "
        "sunglasses is seen by the judge in at least 90 %, and the other attributes are read as "
        "before in at least 90 %, on average over them.",
        all(own["seen"] >= _ENOUGH and own["kept"] >= _ENOUGH for _, _, own in found),
        "; ".join(
            f"{run_id}, {name}: {own['seen']:.1%} seen, {own['kept']:.1%} kept "
            f"(least: {least(own)})"
            for run_id, name, own in found
        ),
    )


def _orthogonal_keeps(models: Document) -> Claim:
    kept = {run_id: _mean_effects(models[run_id], "kept") for run_id in ALL}
    seen = {run_id: _mean_effects(models[run_id], "seen") for run_id in ALL}
    raw, orthogonal = kept[PLAIN]
    hardly = 0 < orthogonal - raw < _HARDLY
    return Claim(
        "S1.9",
        f"Made orthogonal to each other, the vectors of {PLAIN} disturb the other attributes "
        f"{'less, but hardly' if hardly else 'less'}, and they are seen less often.",
        orthogonal > raw and seen[PLAIN][1] < seen[PLAIN][0],
        "means over the attributes, raw and orthogonal: "
        + "; ".join(
            f"{run_id} {kept[run_id][0]:.1%} and {kept[run_id][1]:.1%} kept, "
            f"{seen[run_id][0]:.1%} and {seen[run_id][1]:.1%} seen"
            for run_id in ALL
        ),
    )


def _mean_effects(model: dict[str, Any], name: str) -> tuple[float, float]:
    """Return the mean over the attributes of a share, with raw vectors and orthogonal ones."""
    effects = model["attributes"].values()
    return mean(own["raw"][name] for own in effects), mean(
        own["orthogonal"][name] for own in effects
    )


def _sharpness(models: Document) -> dict[str, float]:
    """Return each model's sharpness of reconstructions, as a share of the images' own."""
    return {
        run_id: models[run_id]["faces"]["sharpness"] / models[run_id]["faces"]["sharpness_of_data"]
        for run_id in ALL
    }


def _sharper_against_a_discriminator(models: Document) -> Claim:
    sharpness = _sharpness(models)
    return Claim(
        "S1.10",
        "Trained against a discriminator, reconstructions are sharper than by pixels alone, at the "
        "same latent size.",
        sharpness[ADVERSARIAL] > sharpness[PLAIN],
        f"sharpness, share of the images' own: {ADVERSARIAL} {sharpness[ADVERSARIAL]:.0%}, "
        f"{PLAIN} {sharpness[PLAIN]:.0%}",
    )


def _sharper_by_deep_features(models: Document) -> Claim:
    sharpness = _sharpness(models)
    return Claim(
        "S1.10",
        "Trained by deep features, too, they are sharper than by pixels alone.",
        sharpness[PERCEPTUAL] > sharpness[PLAIN],
        f"sharpness, share of the images' own: {PERCEPTUAL} {sharpness[PERCEPTUAL]:.0%}, "
        f"{PLAIN} {sharpness[PLAIN]:.0%}",
    )


def _pixels_are_best_at_pixels(models: Document) -> Claim:
    errors = {run_id: models[run_id]["errors"]["squared_error"] for run_id in ALL}
    return Claim(
        "S1.10",
        "Pixels alone give the smallest squared error.",
        errors[PLAIN] == min(errors.values()),
        ", ".join(f"{run_id} {value:.1f}" for run_id, value in errors.items())
        + "; KL while training, in nats: "
        + ", ".join(f"{run_id} {models[run_id]['train']['kl']:.1f}" for run_id in ALL),
    )


def _nearer_to_the_eye(models: Document) -> Claim:
    distances = {run_id: models[run_id]["faces"]["perceptual_distance"] for run_id in ALL}
    return Claim(
        "S1.10",
        "To a network that has not taken part, both look more like the image than by pixels alone "
        "(perceptual distance).",
        max(distances[PERCEPTUAL], distances[ADVERSARIAL]) < distances[PLAIN],
        ", ".join(f"{run_id} {value:.3f}" for run_id, value in distances.items()),
    )


def _faces_are_read_again(models: Document) -> Claim:
    sizes = {RECIPES[run_id].latent_size for run_id in ALL}
    probes = {run_id: models[run_id]["linear_probe"] for run_id in ALL}
    return Claim(
        "S1.8",
        f"{' or '.join(str(size) for size in sizes)} numbers hold a face: the hair's colour is "
        f"read from μ by a line in at least 90 %.",
        min(probes.values()) >= _ENOUGH,
        ", ".join(f"{run_id} {value:.1%}" for run_id, value in probes.items()),
    )


_CLAIMS: tuple[Callable[[Document], Claim], ...] = (
    _faces_are_read_again,
    _vectors_work,
    _orthogonal_keeps,
    _sharper_against_a_discriminator,
    _sharper_by_deep_features,
    _pixels_are_best_at_pixels,
    _nearer_to_the_eye,
)
