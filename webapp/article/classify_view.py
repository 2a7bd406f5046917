"""The view of "classify": VAEs with a classifier on z, trained with growing weights of its loss."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from webapp.article.release_view import Entry, ReleaseView
from webapp.article.wording import Spread

_WEIGHTS = (1, 10, 100)
_HARDEST = (4, 9)
"""The pair that the section looks at."""


@dataclass(frozen=True)
class Confusion:
    """What the classifier makes of the test images, each read from its μ."""

    accuracy: float
    images: int
    four_and_nine: int
    """How often 4 and 9 are taken for each other."""
    pair: tuple[str, str]
    """The classes that are confused most often, and how often."""
    pair_count: int

    @property
    def is_four_and_nine(self) -> bool:
        """Whether no other pair is confused more often."""
        return self.pair_count == self.four_and_nine


@dataclass(frozen=True)
class Weighted:
    """A model, its weight w, and its confusions; None: without its report."""

    weight: int
    model: Entry
    confusion: Confusion | None


@dataclass(frozen=True)
class StudyRow:
    """What the study measured at one weight, over its seeds."""

    weight: int
    accuracy: Spread | None
    """Of the model's own classifier; None at weight 0, where there is none."""
    neighbours: Spread | None
    """Share read by the five nearest of 1,000 labelled encodings."""
    elbo: Spread | None


@dataclass(frozen=True)
class ClassifySection:
    """What classify.html prints."""

    models: tuple[Weighted, ...]
    rows: tuple[StudyRow, ...]
    """From weight 0 upwards; empty without the study."""
    seeds: int
    gain: tuple[float, float] | None
    """What neighbours read at the lightest and at the heaviest weight, where it is more there."""
    first_step: str | None
    """The verdict on "weight 1 separates the classes better than 0"; None: not judged."""
    costs_elbo: bool
    """Whether weight 100 is shown to cost likelihood."""


def build(release: ReleaseView) -> ClassifySection | None:
    """Return the section's view; None: the release carries none of the models."""
    models = tuple(
        Weighted(weight, model, _confusion(release, model))
        for weight in _WEIGHTS
        if (model := release.model(f"classifier-vae-2-w{weight}")) is not None
    )
    if not models:
        return None
    rows = _study_rows(release)
    shown = tuple(
        StudyRow(
            round(row["classification_weight"]),
            *(Spread.of(row["numbers"].get(name)) for name in ("accuracy", "knn_1000", "elbo")),
        )
        for row in rows
    )
    return ClassifySection(
        models,
        rows=shown,
        seeds=len(rows[0]["seeds"]) if rows else 0,
        gain=_gain(shown[1:]),
        first_step=release.verdict("classification-widens-gaps-from-zero"),
        costs_elbo=release.verdict("classification-100-costs-elbo") == "shown",
    )


def _study_rows(release: ReleaseView) -> list[Entry]:
    without = release.study_row("study-elbo-vae-2")
    rows = (release.study or {}).get("models", [])
    weighted = [row for row in rows if row["group"] == "classification"]
    if without is None or not weighted:
        return []
    return [without, *sorted(weighted, key=lambda row: float(row["classification_weight"]))]


def _gain(rows: Sequence[StudyRow]) -> tuple[float, float] | None:
    read = [row.neighbours.mean for row in rows if row.neighbours]
    return (read[0], read[-1]) if read and read[-1] > read[0] else None


def _confusion(release: ReleaseView, model: Entry) -> Confusion | None:
    classifier = (release.document_of(model, "report") or {}).get("classifier")
    if not classifier:
        return None
    confusion = classifier["confusion"]

    def both_ways(pair: tuple[int, int]) -> int:
        a, b = pair
        return int(confusion[a][b] + confusion[b][a])

    most = max(combinations(range(len(confusion)), 2), key=both_ways)
    return Confusion(
        classifier["accuracy"],
        images=sum(map(sum, confusion)),
        four_and_nine=both_ways(_HARDEST),
        pair=(model["class_names"][most[0]], model["class_names"][most[1]]),
        pair_count=both_ways(most),
    )
