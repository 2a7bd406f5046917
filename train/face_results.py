"""What docs/results.md says of the models of faces: tables, and claims that can fail."""

from collections.abc import Callable
from statistics import mean
from typing import Any

from train.claims import Claim, Document
from train.recipes import RECIPES
from train.tables import table

PLAIN, PERCEPTUAL, ADVERSARIAL = "faces-vae", "faces-perceptual", "faces-vaegan"
_ALL = (PLAIN, PERCEPTUAL, ADVERSARIAL)
_ASKED = ("blond hair", "sunglasses")
_ENOUGH = 0.9


def is_of_faces(model: dict[str, Any]) -> bool:
    """Whether a results file's model was measured as models of faces are."""
    return "faces" in model


def face_tables(models: Document) -> str:
    """Set out what was measured of every model of faces; empty where there is none."""
    faces = {run_id: model for run_id, model in models.items() if is_of_faces(model)}
    if not faces:
        return ""
    return "\n\n".join((_quality(faces), _vectors(faces)))


def _quality(faces: Document) -> str:
    rows = []
    for run_id, model in faces.items():
        own = model["faces"]
        rows.append([
            f"`{run_id}`", f"{model['errors']['squared_error']:.1f}",
            f"{own['perceptual_distance']:.3f}", _of_data(own, "sharpness"),
            _of_data(own, "sharpness_of_samples"), f"{own['frechet_reconstructions']:.2f}",
            f"{own['frechet_samples']:.1f}", str(model["active_units"]),
        ])  # fmt: skip
    head = (
        "model", "squared error", "perceptual distance", "sharpness", "of samples",
        "Fréchet, reconstructions", "of samples", "active units",
    )  # fmt: skip
    accuracies = [
        accuracy
        for model in faces.values()
        for accuracy in model["judge_accuracy_by_attribute"].values()
    ]
    return table(head, rows) + (
        f"\n\nOf the test images, 64×64 in colour, decoded from μ. Squared error Σ (x − x̂)² over "
        f"all {64 * 64 * 3:,} values. Sharpness: variance of the Laplacian of the brightness, as a "
        f"share of the test images' own. Perceptual and Fréchet distance are taken in the features "
        f"of a judge that reads attributes (right in at least {min(accuracies):.1%} of the test "
        f"images, whichever the attribute) and from which no model has learnt; samples are z ~ "
        f"N(0, I). Neither can be compared with distances in other networks' features."
    )


def _of_data(own: dict[str, float], name: str) -> str:
    return f"{own[name] / own['sharpness_of_data']:.0%}"


def _vectors(faces: Document) -> str:
    rows = []
    names = list(next(iter(faces.values()))["attributes"])
    for name in names:
        cells = [name]
        for model in faces.values():
            for form in ("raw", "orthogonal"):
                own = model["attributes"][name][form]
                cells.append(f"{own['full']:g} · {own['seen']:.0%} / {own['kept']:.0%}")
        rows.append(cells)
    head = ["attribute"]
    for run_id in faces:
        head += [f"`{run_id}`", "orthogonal"]
    return table(head, rows) + (
        "\n\nAttribute vectors, added to the encodings of 1,000 test faces: the multiple that is "
        "full strength (the smallest from 1 to 3 at which the judge sees the attribute in 95 % of "
        "200 training faces without it) · of the faces that lack the attribute, the share in which "
        "the judge then sees it / the share of the other attributes that it still reads as before. "
        "Orthogonal: without what the vectors of the other attributes explain."
    )


def face_claims(models: Document) -> list[Claim]:
    """Weigh what is said of faces; models: by id, with the three of faces."""
    return [claim(models) for claim in _CLAIMS]


def _vectors_work(models: Document) -> Claim:
    found = [
        (run_id, name, models[run_id]["attributes"][name]["raw"])
        for run_id in _ALL
        for name in _ASKED
    ]
    return Claim(
        "S1.9",
        "Added at full strength to test faces that lack it, the vector of blond hair or of "
        "sunglasses is seen by the judge in at least 90 %, and the other attributes stay in at "
        "least 90 %.",
        all(own["seen"] >= _ENOUGH and own["kept"] >= _ENOUGH for _, _, own in found),
        "; ".join(
            f"{run_id}, {name}: {own['seen']:.1%} seen, {own['kept']:.1%} kept"
            for run_id, name, own in found
        ),
    )


def _orthogonal_keeps(models: Document) -> Claim:
    kept = {
        form: mean(own[form]["kept"] for own in models[PLAIN]["attributes"].values())
        for form in ("raw", "orthogonal")
    }
    return Claim(
        "S1.9",
        "Made orthogonal to each other, the vectors disturb the other attributes less.",
        kept["orthogonal"] > kept["raw"],
        f"kept, mean over the attributes of {PLAIN}: {kept['raw']:.1%} raw, "
        f"{kept['orthogonal']:.1%} orthogonal",
    )


def _sharpness(models: Document) -> dict[str, float]:
    """Return each model's sharpness of reconstructions, as a share of the images' own."""
    return {
        run_id: models[run_id]["faces"]["sharpness"] / models[run_id]["faces"]["sharpness_of_data"]
        for run_id in _ALL
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
    errors = {run_id: models[run_id]["errors"]["squared_error"] for run_id in _ALL}
    return Claim(
        "S1.10",
        "Pixels alone give the smallest squared error.",
        errors[PLAIN] == min(errors.values()),
        ", ".join(f"{run_id} {value:.1f}" for run_id, value in errors.items())
        + "; KL while training, in nats: "
        + ", ".join(f"{run_id} {models[run_id]['train']['kl']:.1f}" for run_id in _ALL),
    )


def _nearer_to_the_eye(models: Document) -> Claim:
    distances = {run_id: models[run_id]["faces"]["perceptual_distance"] for run_id in _ALL}
    return Claim(
        "S1.10",
        "To a network that has not taken part, both look more like the image than by pixels alone "
        "(perceptual distance).",
        max(distances[PERCEPTUAL], distances[ADVERSARIAL]) < distances[PLAIN],
        ", ".join(f"{run_id} {value:.3f}" for run_id, value in distances.items()),
    )


def _faces_are_read_again(models: Document) -> Claim:
    sizes = {RECIPES[run_id].latent_size for run_id in _ALL}
    probes = {run_id: models[run_id]["linear_probe"] for run_id in _ALL}
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
