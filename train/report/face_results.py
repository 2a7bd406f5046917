"""The tables of docs/results.md about models of faces, and what their means hide."""

from typing import Any

from train.evaluation.attribute_vectors import FORMS, SEEN, STRENGTHS
from train.report.study_claims import Document
from train.report.tables import table

PLAIN, PERCEPTUAL, ADVERSARIAL = "faces-vae", "faces-perceptual", "faces-vaegan"
ALL = (PLAIN, PERCEPTUAL, ADVERSARIAL)
ASKED = ("blond hair", "sunglasses")
_SEEDS = (
    "All numbers of faces are of one seed of each model; their spread over seeds was not measured."
)


def is_of_faces(model: dict[str, Any]) -> bool:
    """Whether a model of the results file is one of faces."""
    return "faces" in model


def face_tables(models: Document) -> str:
    """Set out what was measured of every model of faces; empty where there is none."""
    faces = {run_id: model for run_id, model in models.items() if is_of_faces(model)}
    if not faces:
        return ""
    return "\n\n".join(
        part
        for part in (_quality(faces), _cost_of_the_kl(faces), _vectors(faces), _kept_least(faces),
                     _SEEDS)
        if part
    )  # fmt: skip


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
        f"of a held-out classifier of attributes (accuracy at least {min(accuracies):.1%} for each "
        f"attribute); samples are z ~ N(0, I). Neither can be compared with distances in other "
        f"networks' features."
    )


def _cost_of_the_kl(faces: Document) -> str:
    """Say that the plain model also encodes fewer nats of a face, if that is so."""
    if not set(faces) >= set(ALL):
        return ""
    kl = {run_id: faces[run_id]["train"]["kl"] for run_id in ALL}
    errors = {run_id: faces[run_id]["errors"]["squared_error"] for run_id in ALL}
    if kl[PLAIN] > min(kl.values()) or errors[PLAIN] < max(errors.values()):
        return ""
    others = " and ".join(f"{kl[run_id]:.1f} of `{run_id}`" for run_id in ALL if run_id != PLAIN)
    return (
        f"The losses differ in more than their form. `{PLAIN}` spends {kl[PLAIN]:.1f} nats of KL "
        f"on a face while training, against {others}, and its squared error is the largest of the "
        f"three: what the others add to the loss also makes the KL weigh less in it. So part of "
        f"the plain model's blur is due to the KL's weight rather than to comparing pixels alone; "
        f"how much of it was not measured."
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
                full = f"{own['full']:g}" + ("\\*" if _is_never_enough(own) else "")
                cells.append(f"{full} · {own['seen']:.0%} / {own['kept']:.0%}")
        rows.append(cells)
    head = ["attribute"]
    for run_id in faces:
        head += [f"`{run_id}`", "orthogonal"]
    return table(head, rows) + (
        f"\n\nAttribute vectors, added to the encodings of 1,000 test faces: full strength (the "
        f"smallest multiple from {STRENGTHS[0]:g} to {STRENGTHS[-1]:g} at which the held-out "
        f"classifier sees the attribute in {SEEN:.0%} of 200 training faces without it) · of the "
        f"faces that lack the attribute, the share in which it then sees it / the share of the "
        f"other attributes that it still reads as before. \\*: {STRENGTHS[-1]:g} is the most that "
        f"is tried, and the classifier then sees it in fewer than {SEEN:.0%} of the test faces. "
        f"Orthogonal: without what the vectors of the other attributes explain."
    )


def _is_never_enough(own: dict[str, Any]) -> bool:
    """Whether even the largest multiple adds the attribute to too few faces."""
    return bool(own["full"] >= STRENGTHS[-1] and own["seen"] < SEEN)


def _least_kept(effect: dict[str, Any]) -> tuple[str, float]:
    """Return the other attribute that is read as before least often, and how often it is."""
    others: dict[str, float] = effect["others"]
    return min(others.items(), key=lambda item: item[1])


def least(effect: dict[str, Any]) -> str:
    """Name the other attribute that is kept least, where one is kept less than the rest."""
    name, share = _least_kept(effect)
    return f"{name} {share:.1%}" if share < 1 else f"each {share:.1%}"


def _kept_least(faces: Document) -> str:
    """Name the attribute that the means of "kept" hide most."""
    name, share, added, run_id, form = min(
        (
            (*_least_kept(effect[form]), added, run_id, form)
            for run_id, model in faces.items()
            for added, effect in model["attributes"].items()
            for form in FORMS
        ),
        key=lambda effect: effect[1],
    )
    return (
        f"“Kept” is a mean over the other attributes. The one kept least: when the {form} vector "
        f"of {added} is added in `{run_id}`, {name} is read as before in {share:.1%}."
    )
