"""Tables of docs/results.md about runs of two latents: by β, objective, lattice and seed."""

from collections.abc import Iterable

from latent_atlas.train.recipes.study_recipes import STUDY
from latent_atlas.train.report.significance import compare, verdict_of_all
from latent_atlas.train.report.study_claims import (
    BETAS,
    RATE_DISTORTION,
    Document,
    over_seeds,
    values_over_seeds,
)
from latent_atlas.train.report.tables import table

_COLUMNS = {
    "rate": "rate",
    "distortion": "distortion",
    "elbo": "ELBO",
    "log_likelihood": "100-sample bound",
    "mutual_information": "I(x; z)",
    "marginal_kl": "KL(q(z) ‖ p(z))",
    "knn_1000": "5-NN, 1,000 labels",
}


# Where a run holds what runs of a plane are compared by, with digits and scale.
_MEASURED: dict[str, tuple[tuple[str, ...], int, float]] = {
    "integrated": (("integral", "log_likelihood"), 2, 1),
    "ELBO": (("test", "elbo"), 2, 1),
    "squared error": (("errors", "squared_error"), 2, 1),
    "5-NN, 100 labels": (("knn", "100", "mean"), 1, 100),
    "5-NN, 1,000 labels": (("knn", "1000", "mean"), 1, 100),
    "confidently read": (("samples", "prior", "confident"), 1, 100),
}


def _cells(study: Document, run_id: str, names: Iterable[str]) -> list[str]:
    """Write a recipe's mean ± standard deviation of what is named."""
    found = [_MEASURED[name] for name in names]
    return [
        over_seeds(study, run_id, *keys).text(digits, scale) + " %" * (scale == 100)
        for keys, digits, scale in found
    ]


def rate_table(study: Document) -> str:
    """Write rate and distortion by the weight of the KL; the study has all runs of that group."""
    rows = []
    for beta, run_id in BETAS.items():
        found = {name: over_seeds(study, run_id, *keys) for name, keys in RATE_DISTORTION.items()}
        cells = [
            f"{own.text(1, 100)} %" if name == "knn_1000" else own.text()
            for name, own in found.items()
        ]
        rows.append((f"{beta:g}", *cells))
    recipe, seeds = STUDY["beta"][0], over_seeds(study, run_id, "test", "kl").seeds
    return (
        f"{table(('β', *(_COLUMNS[name] for name in RATE_DISTORTION)), rows)}\n\n"
        f"A β-VAE (Higgins et al. 2017) minimises distortion + β · rate: the reconstruction term "
        f"and the KL to the prior, nats per test image. One recipe of two latents in "
        f"{recipe.epochs} epochs, mean ± standard deviation of {seeds} seeds. I(x; z) and the KL "
        f"of the aggregate posterior are of the training images, and add up to their rate. "
        f"The page walks through the maps of the first seed."
    )


def objectives_table(study: Document) -> str:
    """Write what each objective reaches in equal time; the study has all runs of that group."""
    names = "integrated", "ELBO", "squared error", "5-NN, 1,000 labels", "confidently read"
    rows = []
    for recipe in STUDY["objectives"]:
        seconds = over_seeds(study, recipe.id, "train_seconds").text(0)
        trained = recipe.title.removeprefix("Study: "), str(recipe.epochs), seconds
        rows.append((*trained, *_cells(study, recipe.id, names)))
    reached = [
        over_seeds(study, recipe.id, *_MEASURED["integrated"][0]) for recipe in STUDY["objectives"]
    ]
    elbo, iwae, lattice = reached
    tighter, exact = compare(iwae, elbo), [compare(lattice, bound) for bound in (elbo, iwae)]
    verdict, p = verdict_of_all(exact)
    return (
        f"{table(('trained on', 'epochs', 'seconds', *names), rows)}\n\n"
        f"The decoder of `lattice-2`, and for the first two the encoder of `vae-2`, for the same "
        f"time of one core each (the seconds are those of a machine that did other things, too). "
        f"IWAE's encoder learns by the doubly reparameterised gradient (Tucker et al. 2019). Mean "
        f"± standard deviation of {elbo.seeds} seeds. Of the integrated log-likelihood: that the "
        f"lattice is above both bounds is {verdict} (p = {p:.2g}), that IWAE is above the ELBO is "
        f"{tighter.verdict} (p = {tighter.p:.2g})."
    )


def curve_table(study: Document) -> str:
    """Write what size, points and time buy a lattice decoder; the study has all these runs."""
    start, (full,) = STUDY["objectives"][-1], STUDY["lattice"]
    names = "integrated", "squared error", "5-NN, 100 labels", "confidently read"
    rows = []
    for recipe in (start, *STUDY["curve"], full):
        points = [f"{points:,}" for points in dict.fromkeys(recipe.lattice_points)]
        parameters = over_seeds(study, recipe.id, "parameters", "decoder").mean
        size = str(recipe.decoder_layers[0]), f"{parameters:,.0f}"
        seen = f"{recipe.fourier_features} × {recipe.fourier_scale:g}"
        smooth = seen if recipe.fourier_features else "none"
        trained = smooth, ", ".join(points), str(recipe.epochs)
        rows.append((*size, *trained, *_cells(study, recipe.id, names)))
    heads = "width", "parameters", "Fourier features", "points", "epochs"
    return (
        f"{table((*heads, *names), rows)}\n\n"
        f"The first row is the lattice of the table above, and the last is the recipe of "
        f"`lattice-2` from random weights. The rows between differ from the first in one thing "
        f"each; what has no spread is of one seed. Fourier features: their number × the scale of "
        f"their frequencies. Other points are trained on for as many epochs as take the same "
        f"time. The fewer pieces a class has on the map, the better 100 labels tell the rest."
    )


def seeds_table(study: Document) -> str:
    """Write every seed of lattice-2's recipe; the study has a run of it."""
    run_id = STUDY["lattice"][0].id
    own = sorted((run for run in study["runs"] if run["id"] == run_id), key=lambda run: run["seed"])
    names = "ELBO", "integrated", "confidently read"
    values = [values_over_seeds(study, run_id, *_MEASURED[name][0]) for name in names]
    rows: list[tuple[str, ...]] = [
        (str(run["seed"]), f"{elbo:.2f}", f"{exact:.2f}", f"{read:.1%}")
        for run, elbo, exact, read in zip(own, *values, strict=True)
    ]
    rows.append(("all", *_cells(study, run_id, names)))
    most, least = max(values[1]), min(values[1])
    return (
        f"{table(('seed', *names), rows)}\n\n"
        f"The recipe of `lattice-2` from random weights, without its epochs on the ELBO, in "
        f"float32 and for all {STUDY['lattice'][0].epochs} epochs on the lattice: none of these "
        f"{len(own)} seeds diverged, and their integrated log-likelihoods lie {most - least:.2f} "
        f"nats apart."
    )
