"""The view of "classify": VAEs with a classifier on z, trained with growing weights of its loss."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from latent_atlas.webapp.article.release_view import Entry, ReleaseView
from latent_atlas.webapp.article.wording import at


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
    next_count: int
    """How often the pair after that is."""


@dataclass(frozen=True)
class ClassifySection:
    """What classify.html prints."""

    models: Mapping[int, Entry]
    """By weight, the lightest first."""
    confusions: Mapping[int, Confusion]
    """Of those models that have a report, by weight."""
    rows: tuple[Entry, ...]
    """The study's rows from weight 0 upwards; empty without the study."""
    gain: tuple[float, float] | None
    """What neighbours read at the lightest and at the heaviest weight, where it is more there."""


def build(release: ReleaseView) -> ClassifySection | None:
    """Return the section's view; None: the release carries none of the models."""
    models = {
        weight: model
        for weight in (1, 10, 100)
        if (model := release.model(f"classifier-vae-2-w{weight}")) is not None
    }
    if not models:
        return None
    rows = sorted(
        (row for row in release.study_rows.values() if row["group"] == "classification"),
        key=lambda row: float(row["classification_weight"]),
    )
    without = release.study_rows.get("study-elbo-vae-2")
    read = [share for row in rows if (share := at(row, "numbers", "knn_1000", "mean")) is not None]
    return ClassifySection(
        models,
        confusions={
            weight: _confusion(classifier, model["class_names"])
            for weight, model in models.items()
            if (classifier := release.report(model, "classifier"))
        },
        rows=(without, *rows) if without and rows else (),
        gain=(read[0], read[-1]) if read and read[-1] > read[0] else None,
    )


def _confusion(classifier: Entry, names: list[str]) -> Confusion:
    table = classifier["confusion"]
    both_ways = {
        (a, b): int(table[a][b] + table[b][a]) for a, b in combinations(range(len(table)), 2)
    }
    most, after = sorted(both_ways, key=lambda pair: both_ways[pair], reverse=True)[:2]
    return Confusion(
        classifier["accuracy"],
        images=sum(map(sum, table)),
        four_and_nine=both_ways[4, 9],
        pair=(names[most[0]], names[most[1]]),
        pair_count=both_ways[most],
        next_count=both_ways[after],
    )
