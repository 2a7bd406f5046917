"""The view of "draw": what a drawing's numbers are compared with, and the models that answer."""

from dataclasses import dataclass

from webapp.article.release_view import Entry, ReleaseView

_ASKED_FIRST = ("ae-2", "vae-2", "vae-5", "vae-10", "vae-20", "cvae-2")


@dataclass(frozen=True)
class AtMean:
    """Means over the test set, every image decoded at its μ; nats, but for the squared error.

    None: the release did not measure it.
    """

    cross_entropy: float | None = None
    squared_error: float | None = None
    kl: float | None = None

    @property
    def minus_both(self) -> float | None:
        """Cross-entropy and KL, negative: not the ELBO, which averages over draws of z."""
        if self.cross_entropy is None or self.kl is None:
            return None
        return -self.cross_entropy - self.kl


@dataclass(frozen=True)
class Auc:
    """The area under the ROC curve of the squared error: test digits against something else."""

    clothes: float
    rotated: float
    noise: float


@dataclass(frozen=True)
class LatentSize:
    """How well a model of so many latents reconstructs digits and tells clothes from them."""

    latents: int
    squared_error: float
    clothes_auc: float


@dataclass(frozen=True)
class DrawSection:
    """What draw.html prints."""

    model: Entry
    test: AtMean
    auc: Auc | None
    sizes: tuple[LatentSize, LatentSize] | None
    """Two latents and twenty; None where the second does not do better at both."""
    first: tuple[Entry, ...]
    """The models that are asked at once."""
    others: tuple[Entry, ...]
    """Those that are asked when the reader wants them."""

    @property
    def others_megabytes(self) -> float:
        """What the others weigh before compression."""
        parts = (model[part]["bytes"] for model in self.others for part in ("encoder", "decoder"))
        return float(sum(parts)) / 1e6


def build(release: ReleaseView) -> DrawSection | None:
    """Return the section's view; None: the release does not carry vae-2."""
    model = release.model("vae-2")
    if model is None:
        return None
    report = release.document_of(model, "report")
    digits = [model for model in release.models.values() if model["dataset"] == "mnist"]
    return DrawSection(
        model,
        test=_at_mean(report) if report else AtMean(),
        auc=_auc(report.get("anomaly") or {}) if report else None,
        sizes=_sizes(release),
        first=tuple(one for one in release.models_of(*_ASKED_FIRST) if one["dataset"] == "mnist"),
        others=tuple(one for one in digits if one["id"] not in _ASKED_FIRST),
    )


def _at_mean(report: Entry) -> AtMean:
    errors, test = report["errors"], report.get("test")
    return AtMean(errors["cross_entropy"], errors["squared_error"], test["kl"] if test else None)


def _auc(anomaly: Entry) -> Auc | None:
    if not {"fashion-mnist", "rotated", "noise"} <= anomaly.keys():
        return None
    return Auc(*(anomaly[kind]["auc"] for kind in ("fashion-mnist", "rotated", "noise")))


def _sizes(release: ReleaseView) -> tuple[LatentSize, LatentSize] | None:
    few, many = (_size(release, model_id) for model_id in ("vae-2", "vae-20"))
    if few is None or many is None:
        return None
    better = many.squared_error < few.squared_error and many.clothes_auc > few.clothes_auc
    return (few, many) if better else None


def _size(release: ReleaseView, model_id: str) -> LatentSize | None:
    model = release.model(model_id)
    report = release.document_of(model, "report")
    if model is None or not report or "fashion-mnist" not in (report.get("anomaly") or {}):
        return None
    return LatentSize(
        model["latent_size"],
        report["errors"]["squared_error"],
        report["anomaly"]["fashion-mnist"]["auc"],
    )
