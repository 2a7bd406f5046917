"""What is claimed of the models of faces, each a sentence that can fail."""

from collections.abc import Callable
from statistics import mean
from typing import Any

from train.recipes.published import RECIPES
from train.report.claims import Claim, of_one_seed
from train.report.face_results import ADVERSARIAL, ALL, ASKED, PERCEPTUAL, PLAIN, least
from train.report.study_claims import Document

_ENOUGH = 0.9
# A smaller difference of shares is called hardly one.
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
    return of_one_seed(
        "S1.9",
        "After the vector of blond hair or of sunglasses is added at full strength to test faces "
        "without that attribute, the held-out classifier sees it in at least 90 %, and reads the "
        "other attributes as before in at least 90 %, on average over them.",
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
    return of_one_seed(
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


def _sharper(text: str, run_id: str) -> Callable[[Document], Claim]:
    """Return the claim that a model's reconstructions are sharper than those by pixels alone."""

    def claim(models: Document) -> Claim:
        sharpness = {
            name: own["sharpness"] / own["sharpness_of_data"]
            for name, own in ((name, models[name]["faces"]) for name in (run_id, PLAIN))
        }
        return of_one_seed(
            "S1.10",
            text,
            sharpness[run_id] > sharpness[PLAIN],
            "sharpness, share of the images' own: "
            + ", ".join(f"{name} {value:.0%}" for name, value in sharpness.items()),
        )

    return claim


def _pixels_are_best_at_pixels(models: Document) -> Claim:
    errors = {run_id: models[run_id]["errors"]["squared_error"] for run_id in ALL}
    return of_one_seed(
        "S1.10",
        "Training by pixels alone gives the smallest squared error.",
        errors[PLAIN] == min(errors.values()),
        ", ".join(f"{run_id} {value:.1f}" for run_id, value in errors.items())
        + "; KL while training, in nats: "
        + ", ".join(f"{run_id} {models[run_id]['train']['kl']:.1f}" for run_id in ALL),
    )


def _nearer_to_the_eye(models: Document) -> Claim:
    distances = {run_id: models[run_id]["faces"]["perceptual_distance"] for run_id in ALL}
    return of_one_seed(
        "S1.10",
        "To a network that took no part in training, both look more like the image than "
        "reconstructions trained by pixels alone (perceptual distance).",
        max(distances[PERCEPTUAL], distances[ADVERSARIAL]) < distances[PLAIN],
        ", ".join(f"{run_id} {value:.3f}" for run_id, value in distances.items()),
    )


def _faces_are_read_again(models: Document) -> Claim:
    sizes = {RECIPES[run_id].latent_size for run_id in ALL}
    probes = {run_id: models[run_id]["linear_probe"] for run_id in ALL}
    return of_one_seed(
        "S1.8",
        f"{' or '.join(str(size) for size in sizes)} numbers hold a face: a linear probe "
        f"reads the hair's colour from μ in at least 90 %.",
        min(probes.values()) >= _ENOUGH,
        ", ".join(f"{run_id} {value:.1%}" for run_id, value in probes.items()),
    )


_CLAIMS: tuple[Callable[[Document], Claim], ...] = (
    _faces_are_read_again,
    _vectors_work,
    _orthogonal_keeps,
    _sharper(
        "Reconstructions trained against a discriminator are sharper than those trained by pixels "
        "alone, at the same latent size.",
        ADVERSARIAL,
    ),
    _sharper(
        "Reconstructions trained with a perceptual loss are sharper than those trained by pixels "
        "alone.",
        PERCEPTUAL,
    ),
    _pixels_are_best_at_pixels,
    _nearer_to_the_eye,
)
