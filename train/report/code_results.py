"""Tables of docs/results.md about the codes of the shipped models: what z holds of its image."""

from collections.abc import Callable
from statistics import fmean
from typing import Any

from latent_atlas.train.report.study_claims import Document
from latent_atlas.train.report.tables import model_table


def information_table(models: Document) -> str:
    """Tell the mean KL apart, and compare pixels' probabilities with them; "" if not measured."""
    listed = {run_id: model for run_id, model in models.items() if model.get("calibration")}
    if not listed:
        return ""

    def told(name: str) -> Callable[[dict[str, Any]], float | None]:
        return lambda model: (model.get("information") or {}).get(name)

    def half(model: dict[str, Any]) -> float | None:
        """Return the grey value of the pixels that the model gives a chance of 0.4 to 0.5."""
        value: float | None = model["calibration"]["observed"][4]
        return value

    rows = model_table(listed, [
        ("I(x; z)", told("mutual_information"), "{:.2f}"),
        ("KL(q(z) ‖ p(z))", told("marginal_kl"), "{:.2f}"),
        ("calibration error", lambda model: model["calibration"]["error"], "{:.2%}"),
        ("grey of pixels at 0.4 to 0.5", half, "{:.3f}"),
    ])  # fmt: skip
    return (
        f"{rows}\n\n"
        "The mean KL of the training images to N(0, I), in nats, is the mutual information of "
        "image and code plus the KL from the aggregate posterior q(z), the mean of all q(z | x), "
        "to the prior (Hoffman and Johnson 2016); it is told apart with two latents. Calibration "
        "is of the test images' pixels: decoded from samples of q(z | x), they are sorted by "
        "probability into ten bins, and the error is the mean distance between a bin's "
        "probability and its grey value, weighted by its pixels "
        "(train/evaluation/information.py)."
    )


def disentanglement_table(models: Document) -> str:
    """Write how much of class, slant and boldness one latent holds; "" if it was not measured."""
    listed = {run_id: model for run_id, model in models.items() if model.get("disentanglement")}
    if not listed:
        return ""

    def cell(name: str) -> Callable[[dict[str, Any]], str]:
        return lambda model: "{most:.1%} / {gap:.1%}".format(**model["disentanglement"][name])

    def mean_gap(model: dict[str, Any]) -> float:
        return fmean(factor["gap"] for factor in model["disentanglement"].values())

    names = ("class", "slant", "boldness")
    rows = model_table(
        listed, [*((name, cell(name), "{}") for name in names), ("MIG", mean_gap, "{:.1%}")]
    )
    return (
        f"{rows}\n\n"
        "The share of the entropy of a test image's class, slant and boldness that the most "
        "informative latent tells, and the gap to the second; the mean of the three gaps is the "
        "mutual information gap (Chen et al. 2018), taken of μ in 20 bins "
        "(train/evaluation/disentanglement.py). A conditioned model is given the class, so the "
        "less its latents tell of it, the better label and style are held apart; a gap needs a "
        "latent for each style alone, and nothing in training aligns the axes that way."
    )
