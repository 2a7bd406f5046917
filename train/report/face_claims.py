"""What is claimed of the models of faces, each a sentence that can fail."""

from collections.abc import Iterator
from statistics import mean

from latent_atlas.train.evaluation.attribute_vectors import FORMS
from latent_atlas.train.recipes.published import RECIPES
from latent_atlas.train.report.claims import Claim
from latent_atlas.train.report.face_results import ADVERSARIAL, ALL, ASKED, PERCEPTUAL, PLAIN, least
from latent_atlas.train.report.study_claims import Document

_ENOUGH = 0.9
# One seed says nothing of a smaller difference of shares.
_ENOUGH_TO_SAY = 0.005


def face_claims(models: Document) -> list[Claim]:
    """Weigh what is said of faces; models: by id, with the three of faces."""
    return [*_of_encodings({run_id: models[run_id] for run_id in ALL}), *_of_losses(models)]


def _of_encodings(faces: Document) -> Iterator[Claim]:
    """Weigh what is said of probes and attribute vectors."""
    probes = {run_id: model["linear_probe"] for run_id, model in faces.items()}
    yield Claim(
        "S1.8",
        f"{RECIPES[PLAIN].latent_size} numbers hold a face: a linear probe reads the hair's colour "
        f"from μ in at least 90 %.",
        min(probes.values()) >= _ENOUGH,
        ", ".join(f"{run_id} {value:.1%}" for run_id, value in probes.items()),
    )
    found = [
        (f"{run_id}, {name}", model["attributes"][name]["raw"])
        for run_id, model in faces.items()
        for name in ASKED
    ]
    yield Claim(
        "S1.9",
        "After the vector of blond hair or of sunglasses is added at full strength to test faces "
        "without that attribute, the held-out classifier sees it in at least 90 %, and reads the "
        "other attributes as before in at least 90 %, on average over them.",
        all(own["seen"] >= _ENOUGH and own["kept"] >= _ENOUGH for _, own in found),
        "; ".join(
            f"{name}: {own['seen']:.1%} seen, {own['kept']:.1%} kept (least: {least(own)})"
            for name, own in found
        ),
    )
    kept, seen = (
        {
            run_id: [
                mean(own[form][name] for own in model["attributes"].values()) for form in FORMS
            ]
            for run_id, model in faces.items()
        }
        for name in ("kept", "seen")
    )
    raw, orthogonal = kept[PLAIN]
    yield Claim(
        "S1.9",
        f"Made orthogonal to each other, the vectors of {PLAIN} disturb the other attributes "
        f"less, by at least {100 * _ENOUGH_TO_SAY:g} percentage points.",
        orthogonal - raw >= _ENOUGH_TO_SAY,
        "means over the attributes, raw and orthogonal: "
        + "; ".join(
            f"{run_id} {kept[run_id][0]:.1%} and {kept[run_id][1]:.1%} kept, "
            f"{seen[run_id][0]:.1%} and {seen[run_id][1]:.1%} seen"
            for run_id in ALL
        ),
    )


def _of_losses(models: Document) -> Iterator[Claim]:
    """Weigh what is said of sharpness, errors and perceptual distance."""
    for loss, run_id in (
        ("against a discriminator are sharper than those trained by pixels alone, at the same "
         "latent size.", ADVERSARIAL),
        ("with a perceptual loss are sharper than those trained by pixels alone.", PERCEPTUAL),
    ):  # fmt: skip
        own, plain = (
            models[name]["faces"]["sharpness"] / models[name]["faces"]["sharpness_of_data"]
            for name in (run_id, PLAIN)
        )
        yield Claim(
            "S1.10",
            f"Reconstructions trained {loss}",
            own > plain,
            f"sharpness, share of the images' own: {run_id} {own:.0%}, {PLAIN} {plain:.0%}",
        )
    errors = {run_id: models[run_id]["errors"]["squared_error"] for run_id in ALL}
    yield Claim(
        "S1.10",
        "Training by pixels alone gives the smallest squared error.",
        errors[PLAIN] == min(errors.values()),
        ", ".join(f"{run_id} {value:.1f}" for run_id, value in errors.items())
        + "; KL while training, in nats: "
        + ", ".join(f"{run_id} {models[run_id]['train']['kl']:.1f}" for run_id in ALL),
    )
    distances = {run_id: models[run_id]["faces"]["perceptual_distance"] for run_id in ALL}
    yield Claim(
        "S1.10",
        "To a network that took no part in training, both look more like the image than "
        "reconstructions trained by pixels alone (perceptual distance).",
        max(distances[PERCEPTUAL], distances[ADVERSARIAL]) < distances[PLAIN],
        ", ".join(f"{run_id} {value:.3f}" for run_id, value in distances.items()),
    )
