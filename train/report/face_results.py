"""The tables of docs/results.md about models of faces, and what their means hide."""

from typing import Any

from latent_atlas.train.evaluation.attribute_vectors import FORMS, SEEN, STRENGTHS
from latent_atlas.train.report.study_claims import Document
from latent_atlas.train.report.tables import model_table, table

PLAIN, PERCEPTUAL, ADVERSARIAL = "faces-vae", "faces-perceptual", "faces-vaegan"
ALL = (PLAIN, PERCEPTUAL, ADVERSARIAL)
ASKED = ("blond hair", "sunglasses")


def face_tables(models: Document) -> str:
    """Set out what was measured of every model of faces; empty where there is none."""
    faces = {run_id: model for run_id, model in models.items() if "faces" in model}
    if not faces:
        return ""
    parts = (
        _quality(faces),
        _cost_of_the_kl(faces),
        _vectors(faces),
        _kept_least(faces),
        "All numbers of faces are of one seed of each model; their spread over seeds was not "
        "measured.",
    )
    return "\n\n".join(part for part in parts if part)


def _quality(faces: Document) -> str:
    def of_data(model: dict[str, Any], name: str) -> float:
        return model["faces"][name] / model["faces"]["sharpness_of_data"]

    accuracy = min(min(model["judge_accuracy_by_attribute"].values()) for model in faces.values())
    listed = model_table(faces, [
        ("squared error", lambda model: model["errors"]["squared_error"], "{:.1f}"),
        ("perceptual distance", lambda model: model["faces"]["perceptual_distance"], "{:.3f}"),
        ("sharpness", lambda model: of_data(model, "sharpness"), "{:.0%}"),
        ("of samples", lambda model: of_data(model, "sharpness_of_samples"), "{:.0%}"),
        ("Fréchet, reconstructions", lambda model: model["faces"]["frechet_reconstructions"],
         "{:.2f}"),
        ("of samples", lambda model: model["faces"]["frechet_samples"], "{:.1f}"),
        ("active units", lambda model: model["active_units"], "{}"),
    ])  # fmt: skip
    return (
        f"{listed}\n\nOf the test images, 64×64 in colour, decoded from μ. Squared error Σ (x − "
        f"x̂)² over all {64 * 64 * 3:,} values. Sharpness: variance of the Laplacian of the "
        f"brightness, as a share of the test images' own. Perceptual and Fréchet distance are "
        f"taken in the features of a held-out classifier of attributes (accuracy at least "
        f"{accuracy:.1%} for each attribute); samples are z ~ N(0, I). Neither can be compared "
        f"with distances in other networks' features."
    )


def _cost_of_the_kl(faces: Document) -> str:
    """Say that the plain model also encodes fewer nats of a face, if that is so."""
    if not set(faces) >= set(ALL):
        return ""
    kl = {run_id: faces[run_id]["train"]["kl"] for run_id in ALL}
    errors = {run_id: faces[run_id]["errors"]["squared_error"] for run_id in ALL}
    if kl[PLAIN] > min(kl.values()) or errors[PLAIN] < max(errors.values()):
        return ""
    return (
        f"The losses differ in more than their form. `{PLAIN}` spends {kl[PLAIN]:.1f} nats of KL "
        f"on a face while training, against {kl[PERCEPTUAL]:.1f} of `{PERCEPTUAL}` and "
        f"{kl[ADVERSARIAL]:.1f} of `{ADVERSARIAL}`, and its squared error is the largest of the "
        f"three: what the others add to the loss also makes the KL weigh less in it. So part of "
        f"the plain model's blur is due to the KL's weight rather than to comparing pixels alone; "
        f"how much of it was not measured."
    )


def _vectors(faces: Document) -> str:
    rows = []
    for name in next(iter(faces.values()))["attributes"]:
        cells = [name]
        for own in (model["attributes"][name][form] for model in faces.values() for form in FORMS):
            never_enough = own["full"] >= STRENGTHS[-1] and own["seen"] < SEEN
            full = f"{own['full']:g}" + ("\\*" if never_enough else "")
            cells.append(f"{full} · {own['seen']:.0%} / {own['kept']:.0%}")
        rows.append(cells)
    head = ["attribute", *(text for run_id in faces for text in (f"`{run_id}`", "orthogonal"))]
    return table(head, rows) + (
        f"\n\nAttribute vectors, added to the encodings of 1,000 test faces: full strength (the "
        f"smallest multiple from {STRENGTHS[0]:g} to {STRENGTHS[-1]:g} at which the held-out "
        f"classifier sees the attribute in {SEEN:.0%} of 200 training faces without it) · of the "
        f"faces that lack the attribute, the share in which it then sees it / the share of the "
        f"other attributes that it still reads as before. \\*: {STRENGTHS[-1]:g} is the most that "
        f"is tried, and the classifier then sees it in fewer than {SEEN:.0%} of the test faces. "
        f"Orthogonal: without what the vectors of the other attributes explain."
    )


def least(effect: dict[str, Any]) -> str:
    """Name the other attribute that is kept least, where one is kept less than the rest."""
    share, name = _least_kept(effect)
    return f"{name} {share:.1%}" if share < 1 else f"each {share:.1%}"


def _least_kept(effect: dict[str, Any]) -> tuple[float, str]:
    """Return how often the other attribute kept least is read as before, and its name."""
    return min((share, name) for name, share in effect["others"].items())


def _kept_least(faces: Document) -> str:
    """Name the attribute that the means of "kept" hide most."""
    (share, name), added, run_id, form = min(
        (_least_kept(effect[form]), added, run_id, form)
        for run_id, model in faces.items()
        for added, effect in model["attributes"].items()
        for form in FORMS
    )
    return (
        f"“Kept” is a mean over the other attributes. The one kept least: when the {form} vector "
        f"of {added} is added in `{run_id}`, {name} is read as before in {share:.1%}."
    )
