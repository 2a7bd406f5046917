"""Tables of docs/results.md about runs of two latents by β, and about the seeds of lattice-2."""

from latent_atlas.train.recipes.study_recipes import STUDY
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
        f"of the aggregate posterior, whose sum is the rate of the training images, are of these. "
        f"The page walks through the maps of the first seed."
    )


def seeds_table(study: Document) -> str:
    """Write every seed of lattice-2's recipe; the study has a run of it."""
    run_id = STUDY["lattice"][0].id
    own = sorted((run for run in study["runs"] if run["id"] == run_id), key=lambda run: run["seed"])
    measured = {
        "ELBO": ("test", "elbo"),
        "integrated": ("integral", "log_likelihood"),
        "confidently read": ("samples", "prior", "confident"),
    }
    values = [values_over_seeds(study, run_id, *keys) for keys in measured.values()]
    rows = [
        (str(run["seed"]), f"{elbo:.2f}", f"{exact:.2f}", f"{read:.1%}")
        for run, elbo, exact, read in zip(own, *values, strict=True)
    ]
    spreads = [over_seeds(study, run_id, *keys) for keys in measured.values()]
    rows.append(("all", str(spreads[0]), str(spreads[1]), f"{spreads[2].text(1, 100)} %"))
    most, least = max(values[1]), min(values[1])
    return (
        f"{table(('seed', *measured), rows)}\n\n"
        f"The recipe of `lattice-2` in float32, for all its {STUDY['lattice'][0].epochs} epochs: "
        f"none of these {len(own)} seeds diverged, and their integrated log-likelihoods lie "
        f"{most - least:.2f} nats apart."
    )
