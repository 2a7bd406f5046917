"""The view of "training": the models whose encodings were recorded epoch by epoch."""

from dataclasses import dataclass

from latent_atlas.webapp.article.release_view import Entry, ReleaseView

_FEWEST_EPOCHS = 20
"""A tenth of fewer epochs is too little to speak of."""


@dataclass(frozen=True)
class EarlyGain:
    """How much of the ELBO's rise (nats) falls into the first tenth of training."""

    model_id: str
    first_epoch: int
    tenth_epoch: int
    last_epoch: int
    gain: float
    rest: float
    """What all later epochs add; less than `gain`."""


@dataclass(frozen=True)
class TrainingSection:
    """What training.html prints."""

    model: Entry
    """The model shown first."""
    models: tuple[Entry, ...]
    gains: tuple[EarlyGain, ...]
    """Of those models that gain most early."""


def build(release: ReleaseView) -> TrainingSection | None:
    """Return the section's view; None: no two-dimensional model has its training recorded."""
    models = tuple(
        model for model in release.models.values() if "trace" in model and model["latent_size"] == 2
    )
    if not models:
        return None
    first = next((model for model in models if model["id"] == "vae-2"), models[0])
    gains = (_early_gain(model["id"], release.document_of(model, "curves")) for model in models)
    return TrainingSection(first, models, tuple(gain for gain in gains if gain is not None))


def _early_gain(model_id: str, curves: Entry | None) -> EarlyGain | None:
    elbo = curves["curves"].get("held_out_elbo") if curves else None
    if curves is None or not elbo or len(elbo) < _FEWEST_EPOCHS or None in elbo:
        return None
    epochs = curves["epoch"]
    tenth = len(elbo) // 10
    gain, rest = elbo[tenth] - elbo[0], elbo[-1] - elbo[tenth]
    if gain <= rest:
        return None
    return EarlyGain(model_id, epochs[0], epochs[tenth], epochs[-1], gain, rest)
